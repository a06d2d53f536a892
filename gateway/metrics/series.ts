import { TOKEN_CLASSES, type TokenClass } from '#core/metric/tokens.js';
import type { UsageEvent } from '#core/metric/schema.js';

/** Counts of the calls that are alike in all labels. */
export interface Series {
  readonly operation: string;
  readonly provider: string;
  readonly model: string;
  readonly status: string;
  readonly stream: 'json' | 'sse';
  calls: number;
  unpriced: number;
  nanoDollars: number;
  readonly tokens: Record<TokenClass, number>;
}
/** Series in all; beyond them a new model is counted as `other`, so that no tenant can grow our memory by names. */
const MAX_SERIES = 500;
const OTHER = 'other';
const MAX_LABEL = 200;

/** Counts calls by their labels with one look-up a call. */
export class SeriesTable {
  private readonly byKey = new Map<string, Series>();

  add(e: UsageEvent): void {
    const stream = e.stream ? 'sse' : 'json';
    const series = this.find(e.operation, e.provider, e.modelId, e.status, stream);
    series.calls++;
    if (e.cost !== null) series.nanoDollars += e.cost;
    let used = false;
    for (const c of TOKEN_CLASSES) {
      const n = e[c];
      if (n === null || n === 0) continue;
      series.tokens[c] += n;
      used = true;
    }
    if (used && e.cost === null) series.unpriced++;
  }
  all(): Iterable<Series> {
    return this.byKey.values();
  }
  private find(operation: string, provider: string, model: string, status: string, stream: 'json' | 'sse'): Series {
    const key = `${operation}|${status}|${stream}|${provider}|${model}`;
    const found = this.byKey.get(key);
    if (found) return found;
    if (model !== OTHER && (this.byKey.size >= MAX_SERIES || model.length > MAX_LABEL))
      return this.find(operation, OTHER, OTHER, status, stream);
    const tokens = Object.fromEntries(TOKEN_CLASSES.map((c) => [c, 0])) as Record<TokenClass, number>;
    const fresh = { operation, provider, model, status, stream, calls: 0, unpriced: 0, nanoDollars: 0, tokens };
    this.byKey.set(key, fresh);
    return fresh;
  }
}

/** Sums of `value` by `key`. */
export function sums(all: Iterable<Series>, key: (s: Series) => string, value: (s: Series) => number): Map<string, number> {
  const total = new Map<string, number>();
  for (const s of all) total.set(key(s), (total.get(key(s)) ?? 0) + value(s));
  return total;
}
