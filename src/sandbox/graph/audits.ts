import { mayReadAudits } from '../pim/directory.ts';
import { REFUSALS, refuse } from '../pim/refusal.ts';
import type { Exchange, GraphAnswer } from './call.ts';
import { refusalAnswer } from './errors.ts';
import type { Resource } from './query.ts';
import { entityAnswer, listAnswer, readQuery } from './query.ts';

/** Graph: directoryaudit, directoryaudit-list. */
function auditResource(pageSize: number): Resource {
  return {
    context: 'auditLogs/directoryAudits',
    fields: {
      id: 'string',
      category: 'string',
      correlationId: 'string',
      result: 'string',
      resultReason: 'string',
      activityDisplayName: 'string',
      activityDateTime: 'dateTime',
      loggedByService: 'string',
      operationType: 'string',
      'initiatedBy/user/id': 'string',
      'initiatedBy/user/displayName': 'string',
      'initiatedBy/user/userPrincipalName': 'string',
      'initiatedBy/app/appId': 'string',
      'initiatedBy/app/displayName': 'string',
      'targetResources[]/id': 'string',
      'targetResources[]/displayName': 'string',
      'targetResources[]/type': 'string',
    },
    others: ['additionalDetails'],
    expand: {},
    options: ['$filter', '$select', '$top', '$orderby', '$skiptoken'],
    page: { usual: pageSize, most: 999 },
  };
}

/** Newest first, as the service sends them. A delegated reader needs a directory role too. */
export function listAudits(exchange: Exchange): GraphAnswer {
  const { world, now, call } = exchange;
  const resource = auditResource(world.settings.pageSize);
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  if (call.token.kind === 'delegated' && !mayReadAudits(world, call.token.oid)) {
    const { status, message } = REFUSALS.insufficient;
    return refusalAnswer(refuse(status, 'Authorization_RequestDenied', message), now);
  }
  return listAnswer(exchange, resource, query, world.audits.toReversed());
}

/** Graph: directoryaudit-get. */
export function getAudit(exchange: Exchange): GraphAnswer {
  const { world, now, call } = exchange;
  const resource = auditResource(world.settings.pageSize);
  const query = readQuery(exchange, { ...resource, options: ['$select'] });
  if (!('kind' in query)) return query;
  const id = exchange.parts[0] ?? '';
  const row = world.audits.find((audit) => audit.id === id);
  if (row === undefined) return refusalAnswer(refuse(404, 'ResourceNotFound', `No audit event '${id}'.`), now);
  if (call.token.kind === 'delegated' && !mayReadAudits(world, call.token.oid)) {
    return refusalAnswer(REFUSALS.insufficient, now);
  }
  return entityAnswer(exchange, resource, query, row);
}
