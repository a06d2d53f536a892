import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}
/** Answers with a status and a value as JSON, or a text as it is. */
export type Reply = { status: number; json?: unknown; text?: string; headers?: Record<string, string> };

/** A server of another system, as its wire shows it. */
export async function startWire(reply: (asked: Asked) => Reply) {
  const asked: Asked[] = [];
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of req) text += String(chunk);
    const one = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body: text === '' ? undefined : JSON.parse(text) };
    asked.push(one);
    const { status, json, text: page, headers } = reply(one);
    const type = json === undefined ? 'text/html' : 'application/json';
    res.writeHead(status, { 'content-type': type, ...headers }).end(json === undefined ? (page ?? '') : JSON.stringify(json));
  };
  const server = createServer((req, res) => void handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
