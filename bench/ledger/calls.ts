/** The calls of a ledger run: each is known by its number alone, so that its bound can be worked out again when all is over. */
import { Agent, request } from 'undici';
import { draw } from '#adapters/providers/simulator/draw.js';
import { costBound, tokenBound } from '#core/cost/bound.js';
import { compilePrices } from '#core/cost/price.js';
import { topLevelMembers } from '#gateway/json/scan.js';
import { demandOf } from '#gateway/usage/demand.js';
import { CONTEXT_WINDOW, MODELS, OUTPUT_LIMIT, POLICIES, PRICES } from './world.js';

const PATHS = {
  chat: '/v1/chat/completions',
  completion: '/v1/completions',
  embedding: '/v1/embeddings',
  message: '/v1/messages',
  response: '/v1/responses',
} as const;
type Kind = keyof typeof PATHS;

export interface CallSpec {
  /** goes out as `x-modelhub-user`, and so stands in the event */
  name: string;
  kind: Kind;
  body: Buffer;
  /** models that may answer */
  models: readonly string[];
  /** the client leaves so many ms after it sent the request, or when it has seen so many chunks; null: it stays */
  leaves: { afterMs: number } | { afterChunks: number } | null;
}

export function callOf(seed: number, n: number): CallSpec {
  const u = (what: number): number => draw(seed, n, what);
  const kind: Kind = u(1) < 0.4 ? 'chat' : u(1) < 0.55 ? 'completion' : u(1) < 0.65 ? 'embedding' : u(1) < 0.85 ? 'message' : 'response';
  const policies = Object.keys(POLICIES);
  const called = (u(2) < 0.7 ? policies[Math.floor(u(3) * policies.length)] : MODELS[Math.floor(u(3) * MODELS.length)]) as string;
  const text = `Call ${n} says: ${'grüß "Gott" & so on, '.repeat(Math.floor(u(4) ** 3 * 60))}end`;
  const stream = kind !== 'embedding' && u(5) < 0.6;
  const limit = 4 + Math.floor(u(6) * 80);
  const usage = u(7) < 1 / 3 ? {} : { stream_options: { include_usage: true, ...(u(7) > 2 / 3 ? { continuous_usage_stats: true } : {}) } };
  const streamed = stream ? { stream: true, ...(kind === 'chat' || kind === 'completion' ? usage : {}) } : {};
  const n2 = u(8) < 0.05 ? { n: 2 } : {};
  const messages = [{ role: 'user', content: text }];
  const asked = {
    chat: { messages, max_tokens: limit, ...n2 },
    completion: { prompt: text, max_tokens: limit, ...n2 },
    embedding: { input: [text, 'another'], dimensions: 8 },
    message: { messages, max_tokens: limit },
    response: { input: text, max_output_tokens: limit },
  }[kind];
  return {
    ...{ name: `call-${n}`, kind, models: POLICIES[called] ?? [called] },
    body: Buffer.from(JSON.stringify({ model: called, ...asked, ...streamed })),
    leaves: u(9) > 0.12 ? null : stream && u(10) < 0.6 ? { afterChunks: 1 + Math.floor(u(11) * 20) } : { afterMs: u(11) * 60 },
  };
}

/** The most nano-dollars that one attempt at this model can cost, by core/cost/bound.ts. */
export function boundOf({ kind, body }: CallSpec, model: string): number {
  const prices = PRICES[model];
  const price = prices ? compilePrices([{ effectiveFrom: '2020-01-01T00:00:00.000Z', prices }]).at(Date.now()) : null;
  const demand = demandOf(kind, body, topLevelMembers(body));
  const limits = { contextWindow: CONTEXT_WINDOW, outputLimit: OUTPUT_LIMIT, upstreamModel: model };
  return costBound(demand, tokenBound(demand, limits), price) ?? Number.NaN;
}

/** What the client has seen. `answered`: all of a good answer. `unreached`: nothing listened; it may be sent again. */
export type Seen = 'answered' | 'failed' | 'left' | 'broken' | 'unreached';

/** A client of many connections; whoever makes one closes it. */
export class Caller {
  private readonly agent = new Agent({ connections: 64, headersTimeout: 60_000, bodyTimeout: 60_000 });
  private readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
  close(): Promise<void> {
    return this.agent.destroy();
  }
  async call(url: string, spec: CallSpec): Promise<Seen> {
    const gone = new AbortController();
    const { leaves } = spec;
    const timer = leaves && 'afterMs' in leaves ? setTimeout(() => gone.abort(), leaves.afterMs) : undefined;
    try {
      const answer = await request(url + PATHS[spec.kind], {
        ...{ method: 'POST', dispatcher: this.agent, body: spec.body, signal: gone.signal },
        headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', 'x-modelhub-user': spec.name },
      });
      let chunks = 0;
      for await (const _ of answer.body) if (leaves && 'afterChunks' in leaves && ++chunks >= leaves.afterChunks) gone.abort();
      return answer.statusCode === 200 ? 'answered' : 'failed';
    } catch (e) {
      if (gone.signal.aborted) return 'left';
      return (e as { code?: string }).code === 'ECONNREFUSED' ? 'unreached' : 'broken';
    } finally {
      clearTimeout(timer);
    }
  }
}
