import { z } from 'zod';

/**
 * What goes wrong, one a call at most: `rateLimit` 429 with Retry-After, `error` 500, `overloaded` 503, `quota` 402, `reset` the
 * connection dies before the first byte, `cut` it dies in the answer, `slow` the answer takes `slowMs` more, `malformed` the
 * answer is not what the dialect says.
 */
export const FAULTS = ['rateLimit', 'error', 'overloaded', 'quota', 'reset', 'cut', 'slow', 'malformed'] as const;
export type Fault = (typeof FAULTS)[number];

const ms = z.number().min(0).max(600_000);
const share = z.number().min(0).max(1);
const profile = z
  .strictObject({
    /** before the first token, and for each token; `jitter` 0.2 makes it up to 20 % shorter or longer */
    baseMs: ms,
    perTokenMs: ms,
    jitter: share,
    slowMs: ms,
    outputTokens: z
      .strictObject({ min: z.number().int().min(1), max: z.number().int().max(100_000) })
      .refine((v) => v.min <= v.max, 'min is above max'),
    /** of the input; cache writes exist in Anthropic's dialect only */
    cacheReadShare: share,
    cacheWrite5mShare: share,
    cacheWrite1hShare: share,
    /** of the output; not told apart in Anthropic's dialect, which counts thinking as output */
    reasoningShare: share,
    /** every frame of a stream says what has been used so far, whether the caller asked for it or not */
    continuousUsage: z.boolean(),
    /** chance of each fault; their sum is at most 1 */
    faults: z.partialRecord(z.enum(FAULTS), share),
    retryAfterSeconds: z.number().int().min(0).max(3600),
  })
  .refine((v) => Object.values(v.faults).reduce((a, b) => a + b, 0) <= 1 + 1e-9, {
    path: ['faults'],
    message: 'chances sum to more than 1',
  })
  .refine((v) => v.cacheReadShare + v.cacheWrite5mShare + v.cacheWrite1hShare <= 1, {
    path: ['cacheReadShare'],
    message: 'shares of the cache sum to more than 1',
  });
export type Profile = z.output<typeof profile>;

const DEFAULT: Profile = {
  baseMs: 0,
  perTokenMs: 0,
  jitter: 0,
  slowMs: 2_000,
  outputTokens: { min: 20, max: 60 },
  cacheReadShare: 0,
  cacheWrite5mShare: 0,
  cacheWrite1hShare: 0,
  reasoningShare: 0,
  continuousUsage: false,
  faults: {},
  retryAfterSeconds: 1,
};

/** Models that are there from the start; every other name behaves as the profile `*` says. */
const NAMED: Readonly<Record<string, Partial<Profile>>> = {
  'sim-ok': {},
  'sim-slow': { baseMs: 1_500, perTokenMs: 25, jitter: 0.2 },
  'sim-live': { baseMs: 300, perTokenMs: 20, jitter: 0.2 },
  'sim-cached': { cacheReadShare: 0.5, cacheWrite5mShare: 0.2, cacheWrite1hShare: 0.1 },
  'sim-thinks': { reasoningShare: 0.5 },
  'sim-flaky': { faults: { rateLimit: 0.05, error: 0.05, overloaded: 0.05, reset: 0.05, cut: 0.05 } },
  'sim-embedding': {},
  ...Object.fromEntries(FAULTS.map((fault) => [`sim-${fault.toLowerCase()}`, { faults: { [fault]: 1 } }])),
};

/** How each model behaves now. */
export class Profiles {
  private readonly byModel = new Map<string, Profile>([['*', DEFAULT]]);
  constructor(start: Readonly<Record<string, Partial<Profile>>> = {}) {
    for (const [model, patch] of Object.entries({ ...NAMED, ...start })) this.change(model, patch);
  }
  of(model: string): Profile {
    return this.byModel.get(model) ?? this.byModel.get('*') ?? DEFAULT;
  }
  /** Members that are left out stay as they are. Throws a ZodError. */
  change(model: string, patch: unknown): Profile {
    const next = profile.parse({ ...this.of(model), ...(patch as object) });
    this.byModel.set(model, next);
    return next;
  }
  all(): Record<string, Profile> {
    return Object.fromEntries(this.byModel);
  }
  names(): string[] {
    return [...this.byModel.keys()].filter((name) => name !== '*');
  }
}

/** The fault that a number in [0, 1) stands for. */
export function faultAt(p: Profile, u: number): Fault | undefined {
  let sum = 0;
  for (const fault of FAULTS) {
    sum += p.faults[fault] ?? 0;
    if (u < sum) return fault;
  }
  return undefined;
}
