import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the fake upstream saw of one call. */
export interface Seen {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** the caller ended the connection before the answer was over, at this time */
  cutAt: number | undefined;
}
export type Behaviour = (res: ServerResponse, seen: Seen) => void | Promise<void>;

export const ANSWER =
  '{"id":"c1","object":"chat.completion","big":12345678901234567890,"choices":[{"index":0,"message":{"role":"assistant","content":"grüß \\"usage\\""}}],\n "usage":{"prompt_tokens":11,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":3}}}';
export const FRAMES = [
  'data: {"choices":[{"delta":{"content":"one"}}]}\n\n',
  ': keep-alive\n\n',
  'data: {"choices":[{"delta":{"content":"zwei ü"}}]}\r\n\r\n',
  'event: odd\ndata: {"choices":[]}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\n',
  'data: [DONE]\n\n',
];

export const json: Behaviour = (res) => {
  res
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(ANSWER)),
      'x-request-id': 'up-1',
      'set-cookie': 'a=b',
    })
    .end(ANSWER);
};
export const sse =
  (pauseMs = 2): Behaviour =>
  async (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const frame of FRAMES) {
      res.write(frame);
      await pause(pauseMs);
    }
    res.end();
  };
/** Sends `k` frames and dies. */
export const diesAfter =
  (k: number): Behaviour =>
  async (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const frame of FRAMES.slice(0, k)) {
      res.write(frame);
      await pause(5);
    }
    res.socket?.destroy();
  };
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A provider in this process whose behaviour the test decides. */
export class Upstream {
  readonly seen: Seen[] = [];
  behave: Behaviour = json;
  private readonly server: Server = createServer((req, res) => void this.handle(req, res));

  static async start(behave: Behaviour = json): Promise<Upstream> {
    const upstream = new Upstream();
    upstream.behave = behave;
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
  private async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    const seen: Seen = { path: req.url ?? '', headers: req.headers, body, cutAt: undefined };
    this.seen.push(seen);
    res.on('close', () => {
      if (!res.writableFinished) seen.cutAt = Date.now();
    });
    await this.behave(res, seen);
  }
}
