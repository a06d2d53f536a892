import { luck, normal, type Regime, type SimPolicy, type SimProvider } from '#core/routing/simulator.test-support.js';

/** Dollars per million tokens in and out of one open model (gpt-oss-120b) at 14 providers, from store/seed/models.jsonl, snapshot of 2026-07-02. */
const PRICES: readonly (readonly [string, number, number])[] = [
  ['deepinfra', 0.039, 0.19],
  ['helicone', 0.04, 0.16],
  ['novita', 0.05, 0.25],
  ['venice', 0.07, 0.3],
  ['databricks', 0.072, 0.28],
  ['google-vertex', 0.09, 0.36],
  ['ovhcloud', 0.09, 0.47],
  ['baseten', 0.1, 0.5],
  ['digitalocean', 0.1, 0.7],
  ['nearai', 0.15, 0.55],
  ['togetherai', 0.15, 0.6],
  ['berget', 0.22, 0.83],
  ['huggingface', 0.25, 0.69],
  ['cerebras', 0.35, 0.75],
];
export const PROVIDERS = 4;
export const WORLDS = ['near', 'wide', 'dear-is-fast'] as const;
export type World = (typeof WORLDS)[number];

/** Ms a token, fastest and slowest; 2 ms are 500 tokens a second. */
const PACES: Record<World, [number, number]> = { near: [4, 25], wide: [2, 25], 'dear-is-fast': [4, 25] };

/**
 * Four providers of a seed: real prices, invented speeds, from which the gain over round robin mostly comes; so there are three
 * kinds. `near`: speeds within a factor of 6, nothing to do with the price. `wide`: within a factor of 12. `dear-is-fast`: the
 * dearest is the fastest, and so on, so that latency and cost can only be traded.
 */
export function providersOf(world: World, seed: number): SimProvider[] {
  const chosen = [...PRICES.keys()].sort((a, b) => luck(seed, a, 1) - luck(seed, b, 1)).slice(0, PROVIDERS);
  const priced = chosen.map((i) => PRICES[i] as (typeof PRICES)[number]).sort((a, b) => a[1] - b[1]);
  const [fast, slow] = PACES[world];
  const paces = priced.map((_, k) => fast * (slow / fast) ** luck(seed, k, 2));
  if (world === 'dear-is-fast') paces.sort((a, b) => b - a);
  return priced.map(([id, input, output], k) => ({
    ...{ id, priceIn: input * 1000, priceOut: output * 1000 },
    ...{
      perTokenMs: paces[k] as number,
      perInputMs: 0.03 + 0.07 * luck(seed, k, 4),
      startMs: 430 * Math.exp(0.35 * normal(luck(seed, k, 5), luck(seed, k, 6))),
    },
    ...{ errorRate: 0.002 + 0.008 * luck(seed, k, 7), capacity: 150 + 150 * luck(seed, k, 8), limit: null },
  }));
}

export const REGIMES = ['steady', 'one slow', 'one failing', 'price change', 'rate limit', 'step change'] as const;
export type RegimeName = (typeof REGIMES)[number];

/**
 * Each regime hits the provider that is best while nothing happens, or it would test nothing. `perMinute`: mean arrivals.
 * steady: nothing. one slow: × 4 in the middle third. one failing: 60 % errors in the middle third. price change: × 4 from the
 * middle on. rate limit: 40 % of the arrivals, always. step change: from the middle on it is as slow as the slowest, × 1.5, and
 * the slowest as fast as it was.
 */
export function regimeOf(
  name: RegimeName,
  providers: readonly SimProvider[],
  best: SimProvider,
  lengthMs: number,
  perMinute: number,
): Regime {
  const middle = (at: number): boolean => at > lengthMs / 3 && at < (2 * lengthMs) / 3;
  const later = (at: number): boolean => at > lengthMs / 2;
  const slower = (p: SimProvider, by: number): SimProvider => ({
    ...p,
    startMs: p.startMs * by,
    perTokenMs: p.perTokenMs * by,
    perInputMs: p.perInputMs * by,
  });
  const slowest = providers.reduce(
    (a, b) => (b.perTokenMs > a.perTokenMs && b !== best ? b : a),
    providers.find((p) => p !== best) as SimProvider,
  );
  const pace = ({ startMs, perTokenMs, perInputMs }: SimProvider): Pick<SimProvider, 'startMs' | 'perTokenMs' | 'perInputMs'> => ({
    startMs,
    perTokenMs,
    perInputMs,
  });
  const changed: Record<RegimeName, Regime> = {
    steady: (p) => p,
    'one slow': memo(
      (p) => slower(p, 4),
      (p, at) => p === best && middle(at),
    ),
    'one failing': memo(
      (p) => ({ ...p, errorRate: 0.6 }),
      (p, at) => p === best && middle(at),
    ),
    'price change': memo(
      (p) => ({ ...p, priceIn: p.priceIn * 4, priceOut: p.priceOut * 4 }),
      (p, at) => p === best && later(at),
    ),
    'rate limit': (p) => p,
    'step change': memo(
      (p) => (p === best ? { ...p, ...pace(slower(slowest, 1.5)) } : { ...p, ...pace(best) }),
      (p, at) => (p === best || p === slowest) && later(at),
    ),
  };
  if (name === 'rate limit') best.limit = Math.round(0.4 * perMinute);
  return changed[name];
}

/** The changed provider is made once, not for every call. */
function memo(change: (p: SimProvider) => SimProvider, applies: (p: SimProvider, at: number) => boolean): Regime {
  const made = new Map<SimProvider, SimProvider>();
  return (p, at) => {
    if (!applies(p, at)) return p;
    const known = made.get(p) ?? change(p);
    made.set(p, known);
    return known;
  };
}

/** The two statements of what counts that the bench tries: latency and cost alike, and latency twice as much. */
export const ADAPTIVE = [
  { name: 'adaptive 1:1', latency: 1 },
  { name: 'adaptive 2:1', latency: 2 },
] as const;

/** Every policy has the same breakers, retries and deadline; `fixed` ones decide without looking at anything but health. */
export function policiesOf(providers: readonly SimProvider[]): (SimPolicy & { fixed: boolean })[] {
  const all = [...providers.keys()];
  const firstThen = (first: number): number[] => [first, ...all.filter((i) => i !== first)];
  return [
    ...all.map((i) => ({ name: `only ${providers[i]?.id}`, strategy: 'priority' as const, order: [i], fixed: true })),
    ...all.map((i) => ({ name: `${providers[i]?.id}, then the rest`, strategy: 'priority' as const, order: firstThen(i), fixed: true })),
    { name: 'weighted, equal', strategy: 'weighted', order: all, fixed: true },
    { name: 'weighted by 1/price', strategy: 'weighted', order: all, weights: providers.map((p) => 1 / p.priceOut), fixed: true },
    { name: 'round robin', strategy: 'round-robin', order: all, fixed: true },
    { name: 'least latency', strategy: 'least-latency', order: all, fixed: false },
    { name: 'lowest cost', strategy: 'lowest-cost', order: all, fixed: false },
    ...ADAPTIVE.map(({ name, latency }) => ({
      name,
      strategy: 'adaptive' as const,
      order: all,
      adaptive: { latency, cost: 1, errors: 1, headroom: 1 },
      fixed: false,
    })),
  ];
}
