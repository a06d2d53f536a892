import { type Dispatcher, request } from 'undici';
import { hide, messageIn, parsedJson } from './error-text.js';
import type { CheckResult } from './provider.js';

const TIMEOUT_MS = 5_000;
const MAX_BODY = 4 * 1024 * 1024;

export interface Probe {
  url: string;
  headers: Record<string, string>;
  credential: string | null;
  /** connects under the address guard */
  via: Dispatcher;
  signal: AbortSignal | undefined;
  /** a server without a list of models is fine */
  listOptional?: boolean;
  /** a status that proves address and credential as well as a list would */
  alsoFine?: number;
  /** what an answer must be, when it is not a list of models; a fault in words, or undefined */
  expect?(body: unknown): string | undefined;
}

/** A judged GET, of the list of models or of `expect`: what the connection's owner must mend is final, everything else may pass. */
export async function probe(p: Probe): Promise<CheckResult> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = p.signal ? AbortSignal.any([p.signal, timeout]) : timeout;
  try {
    const answer = await request(p.url, {
      method: 'GET',
      headers: { accept: 'application/json', ...p.headers },
      dispatcher: p.via,
      signal,
    });
    let text = '';
    for await (const chunk of answer.body) {
      text += String(chunk);
      if (text.length > MAX_BODY) {
        answer.body.destroy();
        return {
          ok: false,
          retryable: false,
          message: `${p.url} answered with more than ${MAX_BODY} bytes; is this the address of a model API?`,
        };
      }
    }
    return judge(p, answer.statusCode, text);
  } catch (e) {
    if (codeOf(e) === 'ADDRESS_REFUSED') return { ok: false, retryable: false, message: (e as Error).message };
    const message = timeout.aborted ? `no answer within ${TIMEOUT_MS / 1000} seconds` : reasonOf(e);
    return { ok: false, retryable: true, message: `${p.url} cannot be reached: ${message}` };
  }
}

function judge(p: Probe, status: number, text: string): CheckResult {
  const body = parsedJson(text);
  if (status === 200) return p.expect ? expected(p, p.expect(body)) : listed(p, body);
  if (status === p.alsoFine) return { ok: true };
  if (p.listOptional && (status === 404 || status === 405 || status === 501)) return { ok: true };
  if (status >= 300 && status < 400)
    return {
      ok: false,
      retryable: false,
      message: `${p.url} redirects (${status}), and redirects are not followed; name the address it leads to`,
    };
  const said = messageIn(body);
  const detail = said === undefined ? '' : `: ${hide(said, p.credential)}`;
  if (status === 401 || status === 403)
    return { ok: false, retryable: false, message: `the provider rejects the credential (${status})${detail}` };
  if (status === 404) return { ok: false, retryable: false, message: `${p.url} does not exist (404)${detail}; check the base URL` };
  return { ok: false, retryable: status >= 500 || status === 429 || status === 408, message: `the provider answered ${status}${detail}` };
}

const expected = (p: Probe, fault: string | undefined): CheckResult =>
  fault === undefined ? { ok: true } : { ok: false, retryable: false, message: `${p.url} ${fault}; check the base URL` };

/** `{data: [{id}]}`, or the list alone. */
function listed(p: Probe, body: unknown): CheckResult {
  const data = Array.isArray(body) ? (body as unknown[]) : (body as { data?: unknown } | null | undefined)?.data;
  if (Array.isArray(data)) {
    const ids = data.map((m: { id?: unknown } | null) => m?.id);
    return { ok: true, models: ids.filter((id) => typeof id === 'string') };
  }
  if (p.listOptional) return { ok: true };
  return { ok: false, retryable: false, message: `${p.url} did not answer with a list of models; check the base URL` };
}

const codeOf = (e: unknown): unknown => (e as { code?: unknown } | null)?.code;

function reasonOf(e: unknown): string {
  const code = codeOf(e);
  const inner = (e as { errors?: unknown[] }).errors?.[0];
  if (inner !== undefined) return reasonOf(inner);
  return e instanceof Error
    ? `${e.message || e.name}${typeof code === 'string' && !e.message.includes(code) ? ` (${code})` : ''}`
    : String(e);
}
