/**
 * Whose fault an answer is. `caller` neither counts against the candidate nor is tried elsewhere; all others but `ok` do both.
 * `quota`: paid-for use is spent, and waiting seconds does not help. `unknown`: an answer that no model API gives.
 */
export type Outcome = 'ok' | 'caller' | 'transient' | 'rate-limit' | 'quota' | 'credential' | 'unknown';
export type Failure = Exclude<Outcome, 'ok' | 'caller'>;

/**
 * Words of providers for "the money or the contingent is spent", which come with 400, 403 and 429 too. OpenAI: code
 * `insufficient_quota`, `billing_hard_limit_reached`; Anthropic: "Your credit balance is too low", "You have reached your
 * specified API usage limits"; DeepSeek: "Insufficient Balance"; OpenRouter: "Insufficient credits".
 */
const SPENT =
  /insufficient_quota|billing_hard_limit|billing_not_active|credit balance is too low|usage limit|insufficient (?:balance|credits|funds)/i;
const SCANNED_CHARS = 4_000;

/** `status` null: no answer came (refused connection, broken off, timeout). `body`: what is at hand of the answer's text. */
export function classify(status: number | null, body = ''): Outcome {
  if (status === null) return 'transient';
  if (status >= 200 && status < 300) return 'ok';
  if (status === 402) return 'quota';
  if ((status === 400 || status === 403 || status === 429) && SPENT.test(body.slice(0, SCANNED_CHARS))) return 'quota';
  if (status === 401 || status === 403) return 'credential';
  if (status === 429) return 'rate-limit';
  if (status === 408 || status === 409 || status === 425) return 'transient';
  if (status >= 400 && status < 500) return 'caller';
  return status >= 500 && status !== 501 ? 'transient' : 'unknown';
}

/** Another candidate, or the same one later, may do better. */
export const mayTryAgain = (outcome: Outcome): outcome is Failure => outcome !== 'ok' && outcome !== 'caller';
