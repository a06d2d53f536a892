import type { DynamicRule, limitInput } from '#core/limit/schema.js';
import type { z } from 'zod';
import { moneyText } from '../../kit/money.js';
import { count } from '../../kit/numbers.js';

export type LimitInput = z.output<typeof limitInput>;
type Said = Pick<LimitInput, 'per' | 'match' | 'environment' | 'unit' | 'window' | 'amount' | 'dynamic' | 'whenStoreAway'>;

const several = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`;
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** Who is limited, as the subject of a sentence. `name` is how a person knows the subject. */
function who(l: Said, name: string): string {
  return l.match === '*' ? `Each ${l.per}` : `The ${l.per} ${name}`;
}

/** Keys and users make calls; models, deployments and connections take them. */
function what(l: Said, amount: number): string {
  const makes = l.per === 'key' || l.per === 'user';
  if (l.unit === 'concurrency') return `may ${makes ? 'have' : 'work on'} ${several(amount, 'call')} at the same time`;
  const window = l.window === 'day' ? 'in any 24 hours' : 'in any minute';
  return l.unit === 'requests'
    ? `may ${makes ? 'make' : 'take'} ${several(amount, 'request')} ${window}`
    : `may ${makes ? 'use' : 'handle'} ${several(amount, 'token')} ${window}`;
}

/** The rule in force while nothing is dynamic. */
export function limitText(l: Said, name = l.match): string {
  const where = l.environment === undefined ? 'over all environments' : `in ${l.environment}`;
  return `${who(l, name)} ${what(l, l.amount)}, ${where}.`;
}

/** One dynamic rule, with the amount that it leaves; the gateway never goes below 1. */
export function dynamicText(l: Said, rule: DynamicRule): string {
  const left = Math.max(1, Math.floor(l.amount * rule.factor));
  const [signal, relaxed] = signalText(l, rule);
  return `While ${signal}, ${count(left)} instead of ${count(l.amount)}, until that has been at most ${relaxed} for ${rule.relaxAfterSeconds} s.`;
}

/** A rule relaxes at 80 % of its threshold, so that it does not flutter. */
function signalText(l: Said, { basedOn, threshold }: DynamicRule): [string, string] {
  const low = threshold * 0.8;
  switch (basedOn) {
    case 'usage':
      return [`the deployment gets more than ${count(threshold)} requests a minute`, count(low)];
    case 'cost':
      return [`the ${l.per} spends more than ${moneyText(threshold)} a minute`, moneyText(Math.round(low))];
    case 'performance':
      return [`more than ${percent(threshold)} of the deployment’s calls fail`, percent(low)];
  }
}

/** What happens when the gateways cannot share their count. */
export const awayText = (l: Said): string =>
  `While the shared count cannot be reached, calls beyond what a gateway has reserved are ${l.whenStoreAway === 'closed' ? 'refused' : 'let through'}.`;
