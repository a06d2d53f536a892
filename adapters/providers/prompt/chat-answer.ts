import { messageIn, parsedJson } from '../error-text.js';

/** What a provider of one prompt said, to be told as an OpenAI chat completion. */
export interface PlainAnswer {
  id: string;
  /** seconds since 1970 */
  created: number;
  model: string;
  text: string;
  /** absent when the provider does not count input and output; whoever needs figures then has to estimate them */
  usage?: Record<string, unknown>;
  /** what the provider said beside it, under a name of its own */
  extra: Record<string, unknown>;
}

/** The answer in one piece. These providers do not say why an answer ended: `stop`. */
export function completion({ id, created, model, text, usage, extra }: PlainAnswer): string {
  const message = { role: 'assistant', content: text, refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
  return JSON.stringify({ id, object: 'chat.completion', created, model, choices, ...(usage ? { usage } : {}), ...extra });
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
};

/** Any error body as OpenAI's error object. A page, or nothing, is told as such and not passed on. */
export function errorObject(who: string, status: number, body: Buffer): string {
  const said = parsedJson(body.toString());
  const code = (said as { error?: { code?: unknown } | null } | undefined)?.error?.code;
  const message =
    messageIn(said) ??
    (status < 400 ? `${who} redirects the call (${status}); check the base URL` : `${who} answered ${status} without a reason`);
  return JSON.stringify({
    error: { message, type: TYPES[status] ?? 'upstream_error', param: null, code: typeof code === 'string' ? code.toLowerCase() : null },
  });
}
