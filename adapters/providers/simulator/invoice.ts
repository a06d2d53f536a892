/** What the simulator charges. Its arithmetic is its own: nothing of core/ is used, so that the two can be compared. */

/** Classes of tokens that never overlap; the names are those of the hub's usage events. */
export const CHARGED = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'outputTokens',
  'reasoningTokens',
] as const;
export type Charged = Record<(typeof CHARGED)[number], number>;
/** US dollars for a million tokens of each class, as decimal text. */
export type PriceRow = Readonly<Record<keyof Charged, string>>;

export const DEFAULT_PRICES: Readonly<Record<string, PriceRow>> = {
  '*': {
    inputTokens: '3',
    cacheReadTokens: '0.3',
    cacheWrite5mTokens: '3.75',
    cacheWrite1hTokens: '6',
    outputTokens: '15',
    reasoningTokens: '15',
  },
};
export const NOTHING: Readonly<Charged> = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export const OUTCOMES = ['answered', 'refused', 'reset', 'cut', 'malformed', 'aborted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Line {
  /** in the order in which the calls ended, from 1 */
  n: number;
  /** the caller's `x-request-id`; several attempts of one call have several lines */
  callId: string | null;
  model: string;
  operation: string;
  stream: boolean;
  /** null when the connection was closed without one */
  httpStatus: number | null;
  outcome: Outcome;
  tokens: Charged;
  /** what the last statement of usage said that was sent; null when there was none */
  told: Charged | null;
  /** what was told is what is charged, and the caller stayed until the connection had taken all of it */
  exactKnown: boolean;
  /** nano-dollars (1e-9 USD) */
  nanoUsd: string;
}

/** A price row as integers over one common power of ten. */
interface Exact {
  over: bigint;
  price: Record<keyof Charged, bigint>;
}
function exact(row: PriceRow): Exact {
  const digits = Math.max(...CHARGED.map((c) => (row[c].split('.')[1] ?? '').length));
  const price = Object.fromEntries(
    CHARGED.map((c) => {
      if (!/^\d+(\.\d+)?$/.test(row[c])) throw new Error(`the price ${JSON.stringify(row[c])} of ${c} is not a decimal number`);
      const [whole = '', fraction = ''] = row[c].split('.');
      return [c, BigInt(whole + fraction.padEnd(digits, '0'))];
    }),
  ) as Exact['price'];
  return { over: 10n ** BigInt(digits), price };
}

export class Invoice {
  private readonly prices = new Map<string, Exact>();
  private readonly lines: Line[] = [];
  private readonly keep: number;
  private readonly table: Readonly<Record<string, PriceRow>>;
  private count = 0;
  private readonly sums = new Map<string, { calls: number; tokens: Charged; nano: bigint }>();

  /** @param keep lines that are kept; of more calls than that the totals alone are known */
  constructor(table: Readonly<Record<string, PriceRow>>, keep: number) {
    if (!table['*']) throw new Error('the price table needs a row "*", for models that it does not name');
    this.table = table;
    this.keep = keep;
    for (const [model, row] of Object.entries(table)) this.prices.set(model, exact(row));
  }

  /** Nano-dollars: tokens × dollars per million × 1000, summed as a fraction over all classes, then rounded once, half up. */
  costOf(model: string, tokens: Charged): bigint {
    const row = this.prices.get(model) ?? this.prices.get('*');
    if (!row) return 0n;
    let sum = 0n;
    for (const c of CHARGED) sum += BigInt(tokens[c]) * row.price[c] * 1000n;
    return (sum * 2n + row.over) / (row.over * 2n);
  }

  add(line: Omit<Line, 'n' | 'nanoUsd'>): void {
    const nano = this.costOf(line.model, line.tokens);
    this.count++;
    if (this.lines.length < this.keep) this.lines.push({ n: this.count, ...line, nanoUsd: String(nano) });
    for (const key of [line.outcome, line.exactKnown ? 'exactKnown' : 'notExactlyKnown', 'all']) {
      const sum = this.sums.get(key) ?? { calls: 0, tokens: { ...NOTHING }, nano: 0n };
      this.sums.set(key, sum);
      sum.calls++;
      sum.nano += nano;
      for (const c of CHARGED) sum.tokens[c] += line.tokens[c];
    }
  }

  /** @param open calls that have not ended, and are on no line yet */
  report(seed: number, open: number) {
    const totals = Object.fromEntries([...this.sums].map(([key, { nano, ...sum }]) => [key, { ...sum, nanoUsd: String(nano) }]));
    return { seed, prices: this.table, open, linesDropped: this.count - this.lines.length, totals, lines: this.lines };
  }
}
