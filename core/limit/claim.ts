import type { Limit, LimitSubject, LimitUnit } from './schema.js';

/**
 * When a unit counts. `at-start`: the amount is known and counts from the moment the call begins. `by-usage`: an estimate is
 * reserved, what was used counts when it is known. `while-running`: held until the call ends, then free again.
 */
export type Counting = 'at-start' | 'by-usage' | 'while-running';
export const COUNTING = {
  requests: 'at-start',
  tokens: 'by-usage',
  concurrency: 'while-running',
} as const satisfies Record<LimitUnit, Counting>;

export const WINDOW_MS = { minute: 60_000, day: 86_400_000 } as const;

/** What a call is counted by. `deployment` is the name; `user` and `connection` are null when there is none. */
export interface CallSubjects {
  tenant: string;
  environment: string;
  key: string;
  user: string | null;
  modelId: string;
  deployment: string;
  connection: string | null;
}
/** What a call asks of one allowance. */
export interface Claim {
  tenant: string;
  /** id within the tenant; stable: same limit, same subject, same count */
  allowance: string;
  /** the limit's name, for the refusal */
  name: string;
  unit: LimitUnit;
  amount: number;
  /** how much the window may hold, after tightening */
  limit: number;
  /** null: no window, slots */
  windowMs: number | null;
  whenStoreAway: 'closed' | 'open';
}
/** How much a call asks of each unit, before it runs. */
export type Amounts = Readonly<Record<LimitUnit, number>>;
/** 0.01 … 1 for a dynamic limit and the subject it counts by, at this call; see dynamic.ts. */
export type FactorOf = (limit: Limit, subject: string, call: CallSubjects) => number;

const untouched: FactorOf = () => 1;

/**
 * The claims of a call on the limits that count by one of `subjects`: admission asks key, user, model and deployment; each
 * attempt asks its connection. In the order of `limits`, so that concurrent calls ask in the same order. A limit on a subject
 * that the call does not have, of another environment, or of a unit it asks nothing of, makes no claim.
 */
export function claimsOf(
  limits: readonly Limit[],
  call: CallSubjects,
  subjects: readonly LimitSubject[],
  amounts: Amounts,
  factorOf: FactorOf = untouched,
): Claim[] {
  const claims: Claim[] = [];
  for (const limit of limits) {
    const amount = amounts[limit.unit];
    if (amount <= 0 || !subjects.includes(limit.per)) continue;
    if (limit.environment !== undefined && limit.environment !== call.environment) continue;
    const subject = subjectOf(limit.per, call);
    if (subject === null || !matches(limit, subject, call)) continue;
    const factor = limit.dynamic.length === 0 ? 1 : factorOf(limit, subject, call);
    claims.push({
      tenant: call.tenant,
      // the subject stands last: it is free text, and nothing after it can be mistaken
      allowance: `${limit.name}|${limit.unit}|${limit.window ?? 'now'}|${limit.per}|${subject}`,
      name: limit.name,
      unit: limit.unit,
      amount,
      limit: Math.max(1, Math.floor(limit.amount * factor)),
      windowMs: limit.window === undefined ? null : WINDOW_MS[limit.window],
      whenStoreAway: limit.whenStoreAway,
    });
  }
  return claims;
}

/** Deployments of one name in two environments are two. */
export function subjectOf(per: LimitSubject, call: CallSubjects): string | null {
  if (per === 'deployment') return `${call.environment}/${call.deployment}`;
  return per === 'model' ? call.modelId : call[per];
}
const matches = (limit: Limit, subject: string, call: CallSubjects): boolean =>
  limit.match === '*' || limit.match === subject || (limit.per === 'deployment' && limit.match === call.deployment);
