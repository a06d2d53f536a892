import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const call = z.object({ model: z.string(), temperature: z.number().optional() });

/** A provider in this process: takes any credential and echoes model and temperature. */
export async function startEcho(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const answer =
        text === ''
          ? { data: [{ id: 'gpt-4o-mini' }] }
          : {
              ...call.parse(JSON.parse(text)),
              choices: [{ message: { role: 'assistant', content: 'OK' } }],
              usage: { prompt_tokens: 3, completion_tokens: 1 },
            };
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
