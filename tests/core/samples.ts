import { newActivation } from '../../src/core/activation.ts';
import type { Activation, Ruling } from '../../src/core/activation.ts';
import type { Reading } from '../../src/core/observe.ts';
import type { Policy } from '../../src/core/policy.ts';

export const asked = Date.parse('2026-11-23T14:05:00Z');
export const minute = 60_000;
export const hour = 60 * minute;

/** Adele's wish for an hour as an approver of Azure Admins is awaited, with what a test changes. */
export function activation(changes: Partial<Activation> = {}): Activation {
  return newActivation({
    id: '1a2b3c4d-0000-4000-8000-000000000001',
    version: 2,
    person: { tid: 'tenant', oid: 'adele' },
    personName: 'Adele Vance',
    target: { kind: 'group', groupId: 'azure', access: 'member' },
    targetName: 'Azure Admins',
    wish: { length: { kind: 'for', minutes: 60 }, startAt: null, justification: 'fixing prod', ticket: null },
    phase: 'waiting',
    askedAt: asked,
    place: {
      kind: 'personal',
      conversationId: 'a:1',
      serviceUrl: '',
      tid: 'tenant',
      botId: '',
      name: null,
      teamGroupId: null,
    },
    requestId: 'request',
    approvalId: 'approval',
    deadline: asked + 24 * hour,
    maximumMinutes: 480,
    readAt: asked,
    ...changes,
  });
}

export function reading(changes: Partial<Reading> = {}): Reading {
  return {
    requestId: 'request',
    approvalId: 'approval',
    status: 'PendingApproval',
    createdAt: asked,
    startsAt: null,
    endsAt: null,
    instance: null,
    ...changes,
  };
}

export const approved: Ruling = {
  verdict: 'approve',
  by: { oid: 'megan', name: 'Megan Bowen' },
  at: asked + hour,
  reason: null,
};

/** A policy that asks for nothing. */
export const open: Policy = {
  maximumMinutes: 480,
  justification: false,
  ticket: false,
  mfa: false,
  authenticationContext: null,
  approval: null,
};
