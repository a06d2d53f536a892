import type { UsageEvent } from './schema.js';
import { NO_TOKENS } from './tokens.js';

/** The fields of an event of which nothing is known yet. */
export const UNKNOWN_YET = {
  ...NO_TOKENS,
  policy: null,
  connection: null,
  user: null,
  httpStatus: null,
  error: null,
  finishReason: null,
  usageSource: null,
  cost: null,
  priceVersion: null,
  latencyMs: null,
  firstByteMs: null,
  overheadMs: null,
  attempts: 0,
  tries: [],
  routeReason: null,
  workflow: null,
  run: null,
  node: null,
  trace: null,
} as const satisfies Partial<UsageEvent>;
