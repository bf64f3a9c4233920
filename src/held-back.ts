import type { Ports } from './ports/ports.ts';

/**
 * The same ports, but whatever leaves a trace, in the store, in PIM or in a sign-in, waits for `admitted` and fails with it.
 * So finding out whether a person belongs here costs no time: what only reads goes on beside it.
 */
export function heldBack(ports: Ports, admitted: Promise<void>): Ports {
  function after<A extends unknown[], R>(write: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
    return async (...given) => {
      await admitted;
      return write(...given);
    };
  }
  const { store, pim, signIn } = ports;
  return {
    ...ports,
    store: {
      ...store,
      commit: after(store.commit.bind(store)),
      takeParked: after(store.takeParked.bind(store)),
      saveCard: after(store.saveCard.bind(store)),
      saveParkedCard: after(store.saveParkedCard.bind(store)),
    },
    pim: {
      ...pim,
      order: after(pim.order.bind(pim)),
      validate: after(pim.validate.bind(pim)),
      end: after(pim.end.bind(pim)),
      cancel: after(pim.cancel.bind(pim)),
      rule: after(pim.rule.bind(pim)),
    },
    signIn: { ...signIn, link: after(signIn.link.bind(signIn)), forget: after(signIn.forget.bind(signIn)) },
  };
}
