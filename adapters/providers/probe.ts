import { request } from 'undici';
import type { CheckResult } from './provider.js';

const TIMEOUT_MS = 5_000;
const MAX_BODY = 4 * 1024 * 1024;

export interface Probe {
  url: string;
  headers: Record<string, string>;
  credential: string | null;
  signal: AbortSignal | undefined;
  /** a server without a list of models is fine */
  listOptional?: boolean;
}

/** GET of the list of models, judged: what the credential's owner must mend is final, everything else may pass. */
export async function probeModels(p: Probe): Promise<CheckResult> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = p.signal ? AbortSignal.any([p.signal, timeout]) : timeout;
  try {
    const answer = await request(p.url, { method: 'GET', headers: { accept: 'application/json', ...p.headers }, signal });
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
    const message = timeout.aborted ? `no answer within ${TIMEOUT_MS / 1000} seconds` : reasonOf(e);
    return { ok: false, retryable: true, message: `${p.url} cannot be reached: ${message}` };
  }
}

function judge(p: Probe, status: number, text: string): CheckResult {
  const body = parsed(text);
  if (status === 200) {
    const data = (body as { data?: unknown } | undefined)?.data;
    if (Array.isArray(data)) return { ok: true, models: data.map((m: { id?: unknown }) => m.id).filter((id) => typeof id === 'string') };
    if (p.listOptional) return { ok: true };
    return { ok: false, retryable: false, message: `${p.url} did not answer with a list of models; check the base URL` };
  }
  if (p.listOptional && (status === 404 || status === 405 || status === 501)) return { ok: true };
  const said = messageIn(body);
  const detail = said === undefined ? '' : `: ${p.credential ? said.split(p.credential).join('[credential]') : said}`;
  if (status === 401 || status === 403)
    return { ok: false, retryable: false, message: `the provider rejects the credential (${status})${detail}` };
  if (status === 404) return { ok: false, retryable: false, message: `${p.url} does not exist (404)${detail}; check the base URL` };
  return { ok: false, retryable: status >= 500 || status === 429 || status === 408, message: `the provider answered ${status}${detail}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // not JSON: the status still tells
  }
}

/** OpenAI and Anthropic: `error.message`; others `message`, `detail` or `error` as text. */
function messageIn(body: unknown): string | undefined {
  const b = body as { error?: unknown; message?: unknown; detail?: unknown } | null | undefined;
  const nested = (b?.error as { message?: unknown } | null | undefined)?.message;
  return [nested, b?.error, b?.message, b?.detail].find((v) => typeof v === 'string')?.slice(0, 500);
}

function reasonOf(e: unknown): string {
  const code = (e as { code?: unknown }).code;
  const inner = (e as { errors?: unknown[] }).errors?.[0];
  if (inner !== undefined) return reasonOf(inner);
  return e instanceof Error
    ? `${e.message || e.name}${typeof code === 'string' && !e.message.includes(code) ? ` (${code})` : ''}`
    : String(e);
}
