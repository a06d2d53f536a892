/**
 * A model provider that runs on this machine: for trying the hub without an account, for load, and for checking to the
 * nano-dollar what the hub says that calls have cost.
 *
 * It speaks OpenAI's dialect (`/v1/chat/completions`, `/v1/completions`, `/v1/responses`, `/v1/embeddings`, `/v1/models`) and
 * Anthropic's (`/v1/messages`, `/v1/messages/count_tokens`), whole and streamed, with any credential or none. Four bytes of what
 * the model reads are a token; the length of an answer is drawn from the seed, the model's name and the size of the input, and
 * cut off at the caller's limit; faults are drawn from the seed and the number of the call among those of its model. So a run
 * with one call at a time can be repeated exactly, and a run with many has the same figures for the same calls.
 *
 *   GET  /simulator/profile   how each model behaves: latency, lengths, faults (profile.ts)
 *   POST /simulator/profile   `{model, …members to change}`; without `model` for all names that have no profile of their own
 *   GET  /simulator/invoice   what it charges: totals, and a line for each call (invoice.ts)
 *
 * What can be compared. The simulator charges what it has generated when the connection is done with: nothing for a call that it
 * refuses (4xx, 5xx) or resets before the first byte, and nothing for counting tokens; input and output so far for one that is
 * cut off or left. A line joins the hub's usage event by `callId`, which is the `x-request-id` that the gateway sends on; a call
 * of several attempts has a line for each. A line is `exactKnown` when the caller was told exactly what is charged and stayed
 * until the connection had taken it all: there the hub's figures must be the same to the nano-dollar, unless the gateway itself
 * died before it wrote them down (event `lost`), which the simulator cannot see. Where `exactKnown` is false the hub must
 * estimate: the caller left (`aborted`), a cut or malformed answer did not say, or a stream was not asked for usage. To make
 * cuts exact too, let every frame say what has been used so far: `stream_options: {include_usage: true, continuous_usage_stats:
 * true}` as with vLLM, or `continuousUsage` in the profile, which adds cumulative `message_delta` events to Anthropic's
 * dialect. For calls that were left, `told` is the last statement that was sent: the truth known to the caller is at most that,
 * and less by the frames that were on their way.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Operation } from '../provider.js';
import { type Ask, askOf } from './ask.js';
import { Call } from './call.js';
import { draw, textNumber } from './draw.js';
import { DEFAULT_PRICES, Invoice, type PriceRow } from './invoice.js';
import { faultAt, type Profile, Profiles } from './profile.js';
import { badRequest } from './refusals.js';

export interface SimulatorOptions {
  /** 0 takes a free one */
  port: number;
  host?: string;
  seed?: number;
  /** by model; `*` for all that have none */
  profiles?: Readonly<Record<string, Partial<Profile>>>;
  prices?: Readonly<Record<string, PriceRow>>;
  /** lines of the invoice that are kept; totals count every call */
  keepLines?: number;
}
export interface Simulator {
  /** without a path: the base URL of OpenAI clients and connections is this and `/v1`, that of Anthropic's client is this */
  url: string;
  invoice: Invoice;
  stop(): Promise<void>;
}

const PATHS: Readonly<Record<string, Operation>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completion',
  '/v1/responses': 'response',
  '/v1/embeddings': 'embedding',
  '/v1/messages': 'message',
  '/v1/messages/count_tokens': 'countTokens',
};
const MAX_BODY = 64 * 1024 * 1024;
const change = z.looseObject({ model: z.string().min(1).max(200).default('*') });

/** Resolves when listening. */
export async function startSimulator(o: SimulatorOptions): Promise<Simulator> {
  const desk = new Desk(o);
  const server = createServer((req, res) => void desk.take(req, res));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(o.port, o.host ?? '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${o.host ?? '127.0.0.1'}:${port}`,
    invoice: desk.invoice,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

class Desk {
  readonly invoice: Invoice;
  private readonly seed: number;
  private readonly profiles: Profiles;
  private readonly byModel = new Map<string, number>();
  private ordinal = 0;
  private open = 0;

  constructor(o: SimulatorOptions) {
    this.seed = o.seed ?? 1;
    this.profiles = new Profiles(o.profiles);
    this.invoice = new Invoice(o.prices ?? DEFAULT_PRICES, o.keepLines ?? 200_000);
  }

  async take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    const body = await bodyOf(req);
    const operation = PATHS[path];
    if (operation && req.method === 'POST') return this.call(req, res, operation, body);
    if (req.method === 'GET' && path === '/v1/models') return json(res, 200, this.models());
    if (req.method === 'GET' && path === '/simulator/profile') return json(res, 200, this.profiles.all());
    if (req.method === 'GET' && path === '/simulator/invoice') return json(res, 200, this.invoice.report(this.seed, this.open));
    if (req.method === 'POST' && path === '/simulator/profile') return this.change(res, body);
    json(res, 404, { error: { message: `there is no ${req.method} ${path}`, type: 'not_found_error', param: null, code: null } });
  }

  private async call(req: IncomingMessage, res: ServerResponse, operation: Operation, body: Buffer): Promise<void> {
    const read = body.length > MAX_BODY ? `the body has more than ${MAX_BODY} bytes` : askOf(operation, body);
    const ask = typeof read === 'string' ? unreadable(operation) : read;
    const profile = this.profiles.of(ask.model);
    const nth = (this.byModel.get(ask.model) ?? 0) + 1;
    this.byModel.set(ask.model, nth);
    this.open++;
    const call = new Call(req, res, ask, {
      seed: this.seed,
      ordinal: ++this.ordinal,
      profile,
      fault: faultAt(profile, draw(this.seed, textNumber(ask.model), nth)),
      invoice: this.invoice,
      onEnd: () => void this.open--,
    });
    if (typeof read === 'string') return call.refuse(badRequest(operation, read));
    await call.run();
  }

  private change(res: ServerResponse, body: Buffer): void {
    try {
      const { model, ...patch } = change.parse(JSON.parse(body.toString()));
      json(res, 200, { model, ...this.profiles.change(model, patch) });
    } catch (e) {
      const message = e instanceof z.ZodError ? z.prettifyError(e) : 'the body is not JSON';
      json(res, 400, { error: { message, type: 'invalid_request_error', param: null, code: null } });
    }
  }

  /** In a form that clients of both dialects read. */
  private models(): object {
    const data = this.profiles.names().map((id) => ({
      id,
      object: 'model',
      type: 'model',
      display_name: id,
      created: 0,
      created_at: '1970-01-01T00:00:00Z',
      owned_by: 'simulator',
    }));
    return { object: 'list', data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  }
}

/** Stands for a request that could not be read, on the line that says so. */
const unreadable = (operation: Operation): Ask => ({
  operation,
  model: '',
  stream: false,
  maxTokens: null,
  n: 1,
  includeUsage: false,
  continuousUsage: false,
  inputBytes: 0,
  inputs: 1,
  dimensions: 1,
  base64: false,
});

/** Never, when the caller goes before its body has come. A body that is too long is read on, and kept only up to there. */
function bodyOf(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      if (size <= MAX_BODY) chunks.push(chunk);
      size += chunk.length;
    });
    req.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  });
}

function json(res: ServerResponse, status: number, value: object): void {
  const text = JSON.stringify(value);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }).end(text);
}
