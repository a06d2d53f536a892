/**
 * The fake provider of the benchmark, a process of its own: answers at once, or after 20 ms when the body says `wait-20`.
 * A stream has 22 frames: 20 words, the usage figures, `[DONE]`.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const WAIT_MS = 20;
const WORDS = 20;
const usage = { prompt_tokens: 9, completion_tokens: WORDS, total_tokens: 9 + WORDS };
const common = { id: 'c', created: 1_700_000_000, model: 'up' };
const answer = JSON.stringify({
  ...common,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(150) }, finish_reason: 'stop' }],
  usage,
});
const chunk = (choices: unknown[], extra: object = {}): string =>
  `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...extra })}\n\n`;
const frames = [
  ...Array.from({ length: WORDS }, (_, i) =>
    chunk([{ index: 0, delta: { content: 'word ' }, finish_reason: i === WORDS - 1 ? 'stop' : null }]),
  ),
  chunk([], { usage }),
  'data: [DONE]\n\n',
];

const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
  let body = '';
  req.on('data', (part: Buffer) => (body += part.toString('latin1')));
  req.on('end', () => {
    const stream = /"stream":\s*true/.test(body);
    if (body.includes('wait-20')) setTimeout(() => reply(res, stream), WAIT_MS);
    else reply(res, stream);
  });
});
function reply(res: ServerResponse, stream: boolean): void {
  if (!stream) {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
    return;
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  let n = 0;
  const next = (): void => {
    const frame = frames[n++];
    if (n === frames.length) res.end(frame);
    else {
      res.write(frame);
      setImmediate(next);
    }
  };
  next();
}
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
