import { checked, decided, takenBack } from './plots.ts';
import type { Plot } from './plots.ts';

type Step = { readonly step: string; readonly edges: (label: string) => boolean };

/** The steps of each way of a wish from the first word to the last, with the names of the edges that lie around them. */
export const ladder: ReadonlyMap<Plot, readonly Step[]> = new Map([
  [
    decided,
    [
      { step: 'received and told apart from a repetition', edges: commit('event') },
      { step: 'what the person may activate is read', edges: named(/^GET .*eligibilitySchedule/i) },
      { step: 'the policy is read', edges: named(/^GET .*roleManagementPolicyAssignments/i) },
      { step: 'the intent and its ledger line are durable', edges: commit('activation+job+ledger') },
      { step: 'the order goes to PIM', edges: named(/^POST .*assignmentScheduleRequests selfActivate$/) },
      { step: 'PIM’s answer is in the ledger', edges: commit('ledger') },
      { step: 'the event is answered', edges: commit('event') },
      { step: 'the requester is told', edges: named(/^(send to|update for) 001$/) },
      { step: 'the ids of the cards are kept', edges: named(/^commit card$/) },
      { step: 'PIM is read', edges: named(/^POST .*\$batch assignmentScheduleRequests$/) },
      { step: 'what was read and who is told of it are durable', edges: commit('activation+job', 'asked_approver') },
      { step: 'the announcement is sent', edges: named(/^send to channel$/) },
      { step: 'a message is leased', edges: named(/^commit job\+pace$/) },
      { step: 'a message is done with', edges: named(/^commit job$/) },
      { step: 'the end is shown in the channel', edges: named(/^update for channel$/) },
      { step: 'the question is durable', edges: commit('parked') },
      { step: 'the question is answered to the event', edges: commit('event+job') },
      { step: 'the question is sent', edges: named(/^send to 001$/) },
      { step: 'the answer to it is taken, once', edges: commit('parked') },
      { step: 'the approvers are looked up', edges: named(/^POST .*\$batch transitiveMembers$/) },
      { step: 'that it waits, and for whom, is durable', edges: commit('activation+asked_approver+job') },
      { step: 'the approvers’ cards are sent', edges: named(/^send to 00[23]$/) },
      { step: 'the approval is read', edges: named(/^GET .*assignmentApprovals/) },
      { step: 'the decision is claimed, with its ledger line', edges: commit('activation+asked_approver+ledger') },
      { step: 'the decision goes to PIM', edges: named(/^PATCH .*stages/) },
      { step: 'the approvers’ cards are brought up to date', edges: named(/^update for 00[23]$/) },
    ],
  ],
  [
    checked,
    [
      { step: 'the order that waited goes to PIM', edges: named(/^POST .*assignmentScheduleRequests selfActivate$/) },
      { step: 'the announcement is sent', edges: named(/^send to channel$/) },
      { step: 'the sentence waits for the sign-in', edges: commit('job+parked') },
      { step: 'the id of the sign-in card is kept', edges: commit('parked_card') },
      { step: 'the browser leaves for the sign-in and comes back', edges: named(/^commit pending_sign_in$/) },
      { step: 'the code is exchanged for tokens', edges: named(/^POST .*oauth2\/v2\.0\/token$/) },
      { step: 'the tokens are kept', edges: commit('token') },
      { step: 'what waited is told to go on', edges: commit('job+ledger') },
      { step: 'what waited is taken up, once', edges: commit('parked') },
      { step: 'the order waits for the check', edges: commit('activation+job+parked') },
      { step: 'the checked order is claimed', edges: commit('activation') },
      { step: 'the ending is claimed, with its ledger line', edges: commit('activation+ledger') },
      { step: 'the ending goes to PIM', edges: named(/^POST .*assignmentScheduleRequests selfDeactivate$/) },
    ],
  ],
  [
    takenBack,
    [
      { step: 'received and told apart from a repetition', edges: commit('event') },
      { step: 'taking it back is claimed, with its ledger line', edges: commit('activation+asked_approver+ledger') },
      { step: 'taking it back goes to PIM', edges: named(/^POST .*\/cancel$/) },
      { step: 'PIM’s answer is in the ledger', edges: commit('ledger') },
      { step: 'that it is over and who is told are durable', edges: commit('activation+job', 'asked_approver') },
      { step: 'everybody’s cards are brought up to date', edges: named(/^update for 00[123]$/) },
    ],
  ],
]);

function named(pattern: RegExp): Step['edges'] {
  return (label) => pattern.test(label);
}

/** A commit that writes these tables. What happens at the same moment may share it: the mark of an event, the pace of a chat. */
function commit(tables: string, ...besides: readonly string[]): Step['edges'] {
  const wanted = tables.split('+');
  const allowed = [...wanted, 'event', 'pace', ...besides];
  return (label) => {
    const written = label.startsWith('commit ') ? label.slice('commit '.length).split('+') : [];
    return wanted.every((table) => written.includes(table)) && written.every((table) => allowed.includes(table));
  };
}
