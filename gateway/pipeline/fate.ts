import { classify, mayTryAgain, type Outcome as Fault } from '#core/routing/failure.js';
import { retryAfterMs } from '#core/routing/retry.js';
import { Refusal } from '../http/refusal.js';
import { errorText } from '../log.js';
import type { Outcome } from './outcome.js';
import type { Address } from './targets.js';

export type Failed = Extract<Outcome, { kind: 'failed' | 'unreached' }>;
/** The call's own time is up. */
export class OutOfTime extends Error {
  constructor() {
    super("the call's time is up");
  }
}

/** a connection that was there and ended before an answer: most often an idle one that the server had just closed */
const RESET = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
/** a connection that could not be made has carried nothing */
const NEVER_SENT = new Set([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'],
  'ADDRESS_REFUSED',
]);

/** What one failure means. */
export interface Fate {
  fault: Fault;
  /** what the upstream asked for, ms */
  retryAfterMs: number | undefined;
  /** `now`: once more at the same address at once; `later`: there after a wait; `elsewhere`: not there; `final`: nowhere */
  next: 'now' | 'later' | 'elsewhere' | 'final';
}

export function fateOf(to: Address, failed: Failed, attempt: number, now: number): Fate {
  if (failed.kind === 'unreached') {
    const code = codeOf(failed.error);
    const unknown = to.provider.errorIsUnknown === true && !NEVER_SENT.has(code);
    const next = unknown || outOfTime(failed.error) ? 'final' : RESET.has(code) && attempt === 1 ? 'now' : 'elsewhere';
    return { fault: 'transient', retryAfterMs: undefined, next };
  }
  const fault = classify(failed.status, failed.body.toString('utf8', 0, 4096));
  const header = (name: string): string | undefined => {
    const value = failed.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const asked = retryAfterMs({ retryAfter: header('retry-after'), retryAfterMs: header('retry-after-ms') }, now);
  // who may have carried the call out, and charged for it, is not asked again
  const unknown = to.provider.errorIsUnknown === true && failed.status >= 500;
  const next = !mayTryAgain(fault) || unknown ? 'final' : fault === 'quota' || fault === 'credential' ? 'elsewhere' : 'later';
  return { fault, retryAfterMs: asked, next };
}

/** What a caller is told when no upstream gave an answer at all. */
export function unreachable(error: Error): Refusal {
  if (outOfTime(error)) return new Refusal(504, 'upstream_error', 'upstream_timeout', 'The model did not answer in time.');
  return new Refusal(502, 'upstream_error', 'upstream_unreachable', `The model cannot be reached: ${codeOf(error) || error.message}.`);
}
export const noAddress = (): Refusal =>
  new Refusal(502, 'upstream_error', 'upstream_unreachable', 'The model has no address at the moment.');

/** A breaker is open: the caller is told what the upstream would say, and when to come back. */
export function brokenOff(to: Address, cause: string | null, waitMs: number): Refusal {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const name = to.target.live.route.name;
  const headers = { 'retry-after': String(seconds) };
  if (cause === 'rate-limit' || cause === 'quota')
    return new Refusal(
      429,
      'rate_limit_error',
      `upstream_${cause.replace('-', '_')}`,
      `The provider of "${name}" takes no calls for ${seconds} s (${cause}).`,
      { headers },
    );
  return new Refusal(
    503,
    'upstream_error',
    'breaker_open',
    `"${name}" has failed too often (${cause ?? 'failures'}) and is left alone for ${seconds} s.`,
    {
      headers,
    },
  );
}

export const reasonOf = (f: Failed): string => (f.kind === 'failed' ? `the upstream answered ${f.status}` : errorText(f.error));
const outOfTime = (e: Error): boolean => e instanceof OutOfTime || TIMED_OUT.has(codeOf(e));

/** undici's and Node's errors name themselves by a code. */
function codeOf(e: Error): string {
  const { code } = e as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
