import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { baseUrl } from '../deployment/samples.js';

/** What the gateway says about a call before its first byte: what was chosen, and why. */
export interface ChatHead {
  requestId: string | null;
  deployment: string | null;
  revision: string | null;
  provider: string | null;
  model: string | null;
  attempts: string | null;
  reason: string | null;
  overheadMs: string | null;
}
export interface ChatRequest {
  gateway: string;
  key: string | undefined;
  environment: string;
  /** body of a chat completion; `stream` is added */
  body: Record<string, unknown>;
  signal: AbortSignal;
  fetch: typeof fetch;
  /** the answer has begun, with status 200 */
  onHead: (head: ChatHead) => void;
  /** another piece of the answer */
  onText: (text: string) => void;
}

/** The gateway refused, the model failed, or the answer broke off; the message is for people. */
export class ChatError extends Error {
  /** HTTP status; null when no answer came or it broke off */
  readonly status: number | null;
  readonly head: ChatHead | null;
  constructor(message: string, status: number | null, head: ChatHead | null) {
    super(message);
    this.name = 'ChatError';
    this.status = status;
    this.head = head;
  }
}

const problem = z.object({ error: z.object({ message: z.string() }) });
const chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
});

/** One streamed chat call. Resolves with the finish reason when the stream has ended; throws `ChatError`, or the abort. */
export async function streamChat(r: ChatRequest): Promise<string | null> {
  const { fetch } = r;
  let response: Response;
  try {
    response = await fetch(`${baseUrl(r.gateway)}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-modelhub-environment': r.environment,
        ...(r.key === undefined ? {} : { authorization: `Bearer ${r.key}` }),
      },
      body: JSON.stringify({ ...r.body, stream: true, stream_options: { include_usage: true } }),
      signal: r.signal,
    });
  } catch (e) {
    r.signal.throwIfAborted();
    throw new ChatError(
      `The gateway at ${r.gateway} does not answer this page (${messageOf(e)}). Check that it runs, that this machine reaches it, and that it allows the origin of this page.`,
      null,
      null,
    );
  }
  const head = headOf(response.headers);
  if (!response.ok) throw new ChatError(await refusalOf(response), response.status, head);
  r.onHead(head);
  if (!response.body) throw new ChatError('The gateway answered without a body.', response.status, head);
  return await readAnswer(response.body, r, head);
}

async function readAnswer(body: ReadableStream<Uint8Array<ArrayBuffer>>, r: ChatRequest, head: ChatHead): Promise<string | null> {
  let finish: string | null = null;
  let ended = false;
  let failed: string | undefined;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') return void (ended = true);
      const value = parsed(data);
      const error = problem.safeParse(value);
      if (error.success) return void (failed ??= error.data.error.message);
      const piece = chunk.safeParse(value);
      if (!piece.success) return void (failed ??= 'The stream held something that is not a piece of a chat answer.');
      const choice = piece.data.choices[0];
      const text = choice?.delta?.content ?? choice?.delta?.refusal ?? '';
      if (text !== '') r.onText(text);
      finish = choice?.finish_reason ?? finish;
    },
  });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parser.feed(value);
    }
  } catch (e) {
    r.signal.throwIfAborted();
    // what the stream said before it broke says more than that it broke
    throw new ChatError(failed ?? `The answer broke off (${messageOf(e)}).`, null, head);
  } finally {
    reader.cancel().catch(() => undefined);
  }
  if (failed !== undefined) throw new ChatError(failed, null, head);
  if (!ended && finish === null) throw new ChatError('The answer broke off before its end.', null, head);
  return finish;
}

const headOf = (h: Headers): ChatHead => ({
  requestId: h.get('x-modelhub-request-id'),
  deployment: h.get('x-modelhub-deployment'),
  revision: h.get('x-modelhub-revision'),
  provider: h.get('x-modelhub-provider'),
  model: h.get('x-modelhub-model'),
  attempts: h.get('x-modelhub-attempts'),
  reason: h.get('x-modelhub-route-reason'),
  overheadMs: h.get('x-modelhub-overhead-ms'),
});

async function refusalOf(response: Response): Promise<string> {
  const said = problem.safeParse(parsed(await response.text().catch(() => '')));
  const wait = Number(response.headers.get('retry-after'));
  const text = said.success ? said.data.error.message : `The gateway answered with HTTP status ${response.status} and no word of why.`;
  return wait > 0 ? `${text} Try again in ${wait} s.` : text;
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e));
