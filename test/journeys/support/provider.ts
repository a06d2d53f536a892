import type { ServerResponse } from 'node:http';
import { type Seen, Upstream } from '../../gateway/support/upstream.js';

export const CREDENTIAL = 'sk-journey-credential-1234';

/** A provider that speaks OpenAI's dialect and says back which parameters reached it. */
export function startProvider(): Promise<Upstream> {
  return Upstream.start((res: ServerResponse, seen: Seen) => {
    const json = (status: number, body: unknown): void =>
      void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (seen.headers.authorization !== `Bearer ${CREDENTIAL}`) return json(401, { error: { message: 'Incorrect API key provided.' } });
    if (seen.path.endsWith('/models')) return json(200, { data: [{ id: 'gpt-4o-mini' }] });
    const { model, temperature } = JSON.parse(seen.body) as { model: string; temperature?: number };
    json(200, {
      model,
      temperature,
      choices: [{ index: 0, message: { role: 'assistant', content: 'OK' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    });
  });
}
