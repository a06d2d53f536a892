import { describe, expect, test } from '@jest/globals';
import { ChatError, type ChatHead, streamChat } from './chat-stream.js';

const HEADERS = { 'content-type': 'text/event-stream', 'x-modelhub-request-id': 'req-1', 'x-modelhub-route-reason': 'drawn by weight' };
const event = (value: unknown): string => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const piece = (content: string, finish: string | null = null) => event({ choices: [{ delta: { content }, finish_reason: finish }] });

/** A body in these pieces; a last `Error` breaks the connection. */
function body(parts: (string | Error)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let i = 0;
  return new ReadableStream({
    pull(controller) {
      const part = parts[i++];
      if (part === undefined) controller.close();
      else if (part instanceof Error) controller.error(part);
      else controller.enqueue(encoder.encode(part));
    },
  });
}
async function run(answer: Response | Error | ((signal: AbortSignal) => Response), abort = new AbortController()) {
  const texts: string[] = [];
  const heads: ChatHead[] = [];
  const sent: { url: unknown; headers: unknown; body: unknown }[] = [];
  const end = await streamChat({
    gateway: 'http://gateway.test/',
    key: 'mhk_1',
    environment: 'staging',
    body: { model: 'chat', messages: [] },
    signal: abort.signal,
    fetch: async (url, init) => {
      sent.push({ url, headers: init?.headers, body: JSON.parse(init?.body as string) });
      if (answer instanceof Error) throw answer;
      return answer instanceof Response ? answer : answer(abort.signal);
    },
    onHead: (head) => void heads.push(head),
    onText: (text) => void texts.push(text),
  }).catch((error: unknown) => ({ error }));
  return { end, text: texts.join(''), heads, sent };
}
const failure = (end: unknown): ChatError => (end as { error: ChatError }).error;
const streamed = (...parts: (string | Error)[]) => new Response(body(parts), { headers: HEADERS });

describe('a streamed call', () => {
  test('says what it is for, and gives the answer piece by piece', async () => {
    const { end, text, heads, sent } = await run(
      // pieces do not keep to the borders of events, nor to those of characters
      streamed(
        piece('Hel'),
        piece('lo ').slice(0, 20),
        piece('lo ').slice(20),
        piece('wörld', 'stop'),
        event({ choices: [], usage: {} }),
        event('[DONE]'),
      ),
    );
    expect([end, text]).toEqual(['stop', 'Hello wörld']);
    expect(heads).toMatchObject([{ requestId: 'req-1', reason: 'drawn by weight', deployment: null }]);
    expect(sent[0]?.url).toBe('http://gateway.test/v1/chat/completions');
    expect(sent[0]?.headers).toMatchObject({ authorization: 'Bearer mhk_1', 'x-modelhub-environment': 'staging' });
    expect(sent[0]?.body).toEqual({
      model: 'chat',
      messages: [],
      stream: true,
      stream_options: { include_usage: true },
    });
  });
  test.each([
    ['a gateway that cannot be reached', new TypeError('Failed to fetch'), 'does not answer this page (Failed to fetch)', null],
    ['a refusal', new Response('{"error":{"message":"No such model."}}', { status: 404 }), 'No such model.', 404],
    [
      'a limit',
      new Response('{"error":{"message":"Too many."}}', { status: 429, headers: { 'retry-after': '7' } }),
      'Too many. Try again in 7 s.',
      429,
    ],
    ['a proxy that answers with a page', new Response('<html>', { status: 502 }), 'HTTP status 502', 502],
    ['an error within the stream', streamed(piece('Hel'), event({ error: { message: 'Overloaded.' } })), 'Overloaded.', null],
    [
      'an error before the connection breaks',
      streamed(event({ error: { message: 'Overloaded.' } }), new Error('reset')),
      'Overloaded.',
      null,
    ],
    ['a connection that breaks', streamed(piece('Hel'), new Error('reset')), 'broke off (reset)', null],
    ['a stream that just ends', streamed(piece('Hel')), 'broke off before its end', null],
    ['a stream of something else', streamed(event('{"x":')), 'not a piece of a chat answer', null],
  ])('%s becomes words', async (_, answer, message, status) => {
    const { end } = await run(answer);
    expect(failure(end)).toBeInstanceOf(ChatError);
    expect(failure(end).message).toContain(message);
    expect(failure(end).status).toBe(status);
  });
  test('an aborted one is an abort, not a failure', async () => {
    const abort = new AbortController();
    const { end, text } = await run(() => {
      const answer = streamed(piece('Hel'), new Error('aborted by the browser'));
      abort.abort();
      return answer;
    }, abort);
    expect((failure(end) as Error).name).toBe('AbortError');
    expect(text).toBe('Hel');
  });
});
