import type { LimitView } from '#core/limit/contract.js';
import type { DynamicRule, LimitSubject, LimitUnit, limitInput } from '#core/limit/schema.js';
import type { z } from 'zod';

/** Thresholds as people say them: requests a minute, dollars a minute, percent of calls. */
export interface RuleDraft {
  basedOn: DynamicRule['basedOn'];
  threshold: string;
  /** percent of the amount that is left */
  percent: string;
  relax: string;
}
export interface LimitDraft {
  name: string;
  description: string;
  per: LimitSubject;
  match: string;
  environment: string;
  unit: LimitUnit;
  window: 'minute' | 'day';
  amount: string;
  rules: RuleDraft[];
  whenStoreAway: 'closed' | 'open';
}
export const EMPTY_RULE: RuleDraft = { basedOn: 'usage', threshold: '', percent: '50', relax: '60' };
export const EMPTY_LIMIT: LimitDraft = {
  ...{ name: '', description: '', per: 'key', match: '', environment: '', unit: 'requests', window: 'minute', amount: '60', rules: [] },
  whenStoreAway: 'closed',
};

/** What a number that a person typed is in the API's unit: dollars → nano-dollars, percent → share. */
const SCALE: Record<RuleDraft['basedOn'], number> = { usage: 1, cost: 1e9, performance: 0.01 };
/** Text that is not a number becomes NaN, which the contract's schema refuses at its field. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
/** Without the noise of binary fractions: 7 × 0.01 is 0.07. */
const tidy = (n: number): number => Number(n.toPrecision(12));

export function inputOf(d: LimitDraft): z.input<typeof limitInput> {
  return {
    name: d.name.trim(),
    description: d.description.trim(),
    per: d.per,
    match: d.match.trim() === '' ? '*' : d.match.trim(),
    ...(d.environment === '' ? {} : { environment: d.environment }),
    unit: d.unit,
    ...(d.unit === 'concurrency' ? {} : { window: d.window }),
    amount: numberOf(d.amount),
    dynamic: d.rules.map((r) => ({
      basedOn: r.basedOn,
      threshold: tidy(numberOf(r.threshold) * SCALE[r.basedOn]),
      factor: tidy(numberOf(r.percent) / 100),
      relaxAfterSeconds: numberOf(r.relax),
    })),
    whenStoreAway: d.whenStoreAway,
  };
}

export function draftOf(l: LimitView): LimitDraft {
  return {
    name: l.name,
    description: l.description,
    per: l.per,
    match: l.match === '*' ? '' : l.match,
    environment: l.environment ?? '',
    unit: l.unit,
    window: l.window ?? 'minute',
    amount: String(l.amount),
    rules: l.dynamic.map((r) => ({
      basedOn: r.basedOn,
      threshold: String(tidy(r.threshold / SCALE[r.basedOn])),
      percent: String(tidy(r.factor * 100)),
      relax: String(r.relaxAfterSeconds),
    })),
    whenStoreAway: l.whenStoreAway,
  };
}
