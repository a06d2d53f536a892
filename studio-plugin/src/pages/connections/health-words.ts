import type { ConnectionHealth } from '#core/connection/schema.js';
import { BREAKER_STATUS, type Shown, statusOf } from '../../kit/status-words.js';

const ORDER = ['open', 'half-open', 'closed'] as const;

/** The worst breaker, and how many models it holds for: `✕ open for 1 of 3 models`. */
export function healthWords(health: readonly ConnectionHealth[]): Shown {
  const worst = ORDER.find((b) => health.some((h) => h.breaker === b));
  if (worst === undefined) return { name: 'none', word: 'no calls yet' };
  const n = health.filter((h) => h.breaker === worst).length;
  const models = `${health.length} ${health.length === 1 ? 'model' : 'models'}`;
  const { name, word } = statusOf(BREAKER_STATUS, worst);
  return { name, word: worst === 'closed' ? `closed for ${models}` : `${word} for ${n} of ${models}` };
}
