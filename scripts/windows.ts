import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Tenant } from '../src/sandbox/tenant.ts';

/** One chat window: a Playground process with one person in front of it. */
export type Window = { readonly person: string; readonly port: number; readonly folder: string };

/** A Playground window shows exactly six people. */
const peopleShown = 6;

/** A GUID of version 4 form that is always the same for the same words, so that a restarted window is the same window. */
function steadyGuid(words: string): string {
  const hex = createHash('sha256').update(words).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Writes the configuration of each window and returns them, the requester's first. The same people are in every window,
 * each time another one in front; conversation ids differ, and the tenant's own team is in the requester's window.
 */
export function writeWindows(tenant: Tenant, folder: string, firstPort: number): readonly Window[] {
  const keys = [...new Set([...tenant.windows, ...Object.keys(tenant.people)])].slice(0, peopleShown);
  const people = keys.map((key) => playgroundPerson(tenant, key));
  return tenant.windows.map((key, index) => {
    const own = join(folder, key);
    mkdirSync(own, { recursive: true });
    const current = people.find(({ id }) => id === `29:${key}`);
    const config = {
      version: '0.1.1',
      tenantId: tenant.tenantId,
      bot: { id: '28:jitney', name: 'Jitney' },
      currentUser: current,
      users: people.filter((person) => person !== current),
      personalChat: { id: `a:${key}` },
      groupChat: { id: `19:${key}-group@thread.v2`, name: 'Group chat' },
      team: playgroundTeam(tenant, key, index),
    };
    writeFileSync(join(own, '.m365agentsplayground.yml'), stringify(config));
    return { person: tenant.people[key]?.name ?? key, port: firstPort + index, folder: own };
  });
}

function playgroundPerson(tenant: Tenant, key: string): Record<string, string> {
  const person = tenant.people[key];
  if (!person) throw new Error(`the tenant has no person ${key}`);
  const [given = person.name, ...rest] = person.name.split(' ');
  return {
    id: `29:${key}`,
    name: person.name,
    userPrincipleName: person.upn,
    aadObjectId: person.id,
    givenName: given,
    surname: rest.join(' ') || given,
    email: person.upn,
  };
}

function playgroundTeam(tenant: Tenant, key: string, index: number): Record<string, unknown> {
  const { team } = tenant;
  const group = team ? tenant.groups[team.group] : undefined;
  if (index === 0 && team && group) {
    return { id: team.id, name: team.name, aadGroupId: group.id, channels: [team.channel] };
  }
  return {
    id: `19:${key}-team@thread.tacv2`,
    name: `${tenant.people[key]?.name ?? key}’s team`,
    aadGroupId: steadyGuid(`${tenant.tenantId} ${key} team`),
    channels: [{ id: `19:${key}-channel@thread.tacv2`, name: 'channel' }],
  };
}
