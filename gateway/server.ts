import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Operation } from '#adapters/providers/provider.js';
import { errorBody, Refusal, sendJson } from './http/refusal.js';
import { errorText } from './log.js';
import { modelCall } from './pipeline/call.js';
import type { Deps } from './pipeline/deps.js';
import { identify } from './pipeline/identify.js';
import { modelList } from './pipeline/models.js';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completion',
  '/v1/embeddings': 'embedding',
};

/** The listening half: paths, errors, graceful stop. */
export class GatewayServer {
  private deps: Deps | undefined;
  private readonly server: Server;
  private stopping = false;
  private active = 0;
  private idle: (() => void) | undefined;

  constructor() {
    this.server = createServer(
      { keepAliveTimeout: 65_000, requestTimeout: 300_000, noDelay: true },
      (req, res) => void this.handle(req, res),
    );
  }
  /** Resolves with the port that is bound. Bound first, served later: the port is what keeps a second process off our journal. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }
  serve(deps: Deps): void {
    this.deps = deps;
  }
  /** No new calls; those in flight may finish within the grace. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.server.close();
    this.server.closeIdleConnections();
    if (this.active > 0)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.idle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.server.closeAllConnections();
  }

  private async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.active++;
    res.once('close', () => {
      this.active--;
      if (this.active === 0) this.idle?.();
    });
    if (this.stopping) res.setHeader('connection', 'close');
    try {
      if (!this.deps) throw new Refusal(503, 'server_error', 'starting', 'The gateway is starting.', { headers: { 'retry-after': '1' } });
      await this.route(this.deps, req, res);
    } catch (e) {
      this.fail(res, e);
    }
  }

  private async route(deps: Deps, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '/').split('?', 1)[0] as string;
    const operation = Object.hasOwn(OPERATIONS, path) ? OPERATIONS[path] : undefined;
    if (operation) {
      method(req, 'POST');
      return modelCall(deps, req, res, operation);
    }
    if (path === '/v1/models') {
      method(req, 'GET');
      return sendJson(res, 200, modelList(deps.memory, identify(deps, req.headers, Date.now())));
    }
    if (path === '/healthz') return sendJson(res, 200, '{"status":"ok"}');
    if (path === '/readyz') return this.ready(deps, res);
    throw new Refusal(
      404,
      'invalid_request_error',
      'unknown_url',
      `There is no ${path.slice(0, 200)} here; the gateway serves ${[...Object.keys(OPERATIONS), '/v1/models'].join(', ')}.`,
    );
  }

  private ready({ memory, journal }: Deps, res: ServerResponse): void {
    const problems = [
      ...(memory.source === 'nothing' ? ['no routes yet: neither MongoDB nor a snapshot'] : []),
      ...(journal.healthy ? [] : ['the journal cannot be written']),
      ...(this.stopping ? ['stopping'] : []),
    ];
    const routing = { source: memory.source, ageMs: memory.source === 'nothing' ? null : Date.now() - memory.confirmedAt };
    sendJson(
      res,
      problems.length === 0 ? 200 : 503,
      JSON.stringify({ status: problems.length === 0 ? 'ready' : 'not-ready', routing, problems }),
    );
  }

  private fail(res: ServerResponse, e: unknown): void {
    if (res.headersSent || res.destroyed) {
      if (!(e instanceof Refusal) && !res.destroyed) this.deps?.log('error', 'an answer broke off', { reason: errorText(e) });
      res.destroy();
      return;
    }
    if (e instanceof Refusal) return sendJson(res, e.status, errorBody(e), e.headers);
    this.deps?.log('error', 'a call failed inside the gateway', { reason: errorText(e), stack: e instanceof Error ? e.stack : undefined });
    sendJson(res, 500, errorBody(new Refusal(500, 'server_error', 'internal', 'The gateway failed; its log says why.')));
  }
}

function method(req: IncomingMessage, expected: string): void {
  if (req.method !== expected)
    throw new Refusal(405, 'invalid_request_error', 'method_not_allowed', `Use ${expected} here, not ${req.method ?? 'nothing'}.`, {
      headers: { allow: expected },
    });
}
