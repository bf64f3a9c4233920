import type { Stores } from '../fixtures.ts';
import { activationRules } from './activation-rules.ts';
import { aliasRules } from './alias-rules.ts';
import { copyRules } from './copy-rules.ts';
import { findingRules } from './finding-rules.ts';
import { jobRules } from './job-rules.ts';
import { ledgerRules } from './ledger-rules.ts';
import { memoryRules } from './memory-rules.ts';
import { rollingRules } from './rolling-rules.ts';
import { tokenRules } from './token-rules.ts';

/** What holds on either database. */
export function everyRule(stores: Stores): void {
  activationRules(stores);
  aliasRules(stores);
  copyRules(stores);
  findingRules(stores);
  jobRules(stores);
  memoryRules(stores);
  tokenRules(stores);
  ledgerRules(stores);
  rollingRules(stores);
}
