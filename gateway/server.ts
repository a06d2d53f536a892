import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '#adapters/providers/provider.js';
import { type Dialect, dialectOf } from './dialects/errors.js';
import { callId } from './http/call-id.js';
import { cors, preflight } from './http/cors.js';
import { Refusal, sendJson, sendRefusal } from './http/refusal.js';
import { internal } from './internal/internal.js';
import { errorText } from './log.js';
import { modelCall } from './pipeline/call.js';
import type { Deps } from './pipeline/deps.js';
import { identify, isInternal } from './pipeline/identify.js';
import { modelList } from './pipeline/models.js';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completion',
  '/v1/responses': 'response',
  '/v1/embeddings': 'embedding',
  '/v1/messages': 'message',
  '/v1/messages/count_tokens': 'countTokens',
};
/** a parameter that is called like one, or one of our keys anywhere */
const SECRET_IN_URL = /[?&]([\w-]*key|[\w-]*token|authorization)=|mhk_/i;

/** The listening half: paths, errors, graceful stop. */
export class GatewayServer {
  private deps: Deps | undefined;
  private readonly server: Server;
  private stopping = false;
  private readonly answers = new Set<ServerResponse>();
  private idle: (() => void) | undefined;

  constructor(limits: Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'> = {}) {
    this.server = createServer(
      {
        keepAliveTimeout: 65_000,
        // who sends head or body drop by drop holds a place that others need
        headersTimeout: 15_000,
        requestTimeout: 120_000,
        connectionsCheckingInterval: 5_000,
        maxHeaderSize: 32 * 1024,
        noDelay: true,
        ...limits,
      },
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
  /**
   * For `drainMs` calls are still taken while `/readyz` says no and every answer ends its connection: whoever balances goes
   * elsewhere before a connection can be refused. Then no new calls; those in flight may finish within the grace.
   */
  async stop(graceMs: number, drainMs: number): Promise<void> {
    this.stopping = true;
    for (const res of this.answers) if (!res.headersSent) res.setHeader('connection', 'close');
    if (drainMs > 0) await sleep(drainMs);
    this.server.close();
    this.server.closeIdleConnections();
    if (this.answers.size > 0)
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
    this.answers.add(res);
    res.once('close', () => {
      this.answers.delete(res);
      if (this.answers.size === 0) this.idle?.();
    });
    if (this.stopping) res.setHeader('connection', 'close');
    const path = (req.url ?? '/').split('?', 1)[0] as string;
    const id = callId();
    const operation = Object.hasOwn(OPERATIONS, path) ? OPERATIONS[path] : undefined;
    const dialect = operation ? dialectOf(operation) : req.headers['anthropic-version'] === undefined ? 'openai' : 'anthropic';
    try {
      if (!this.deps) throw new Refusal(503, 'server_error', 'starting', 'The gateway is starting.', { headers: { 'retry-after': '1' } });
      await this.route(this.deps, req, res, path, operation, dialect, id);
    } catch (e) {
      this.fail(res, e, dialect, id);
    }
    // what is complete here and not yet with its reader: Node ends this timeout when the answer has gone out
    if (this.deps && res.writableEnded && !res.writableFinished) res.socket?.setTimeout(this.deps.stuckClientMs);
  }

  private async route(
    deps: Deps,
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    operation: Operation | undefined,
    dialect: Dialect,
    id: string,
  ): Promise<void> {
    if (SECRET_IN_URL.test(req.url ?? ''))
      throw new Refusal(
        400,
        'invalid_request_error',
        'key_in_url',
        'Never put a key into the URL, where logs keep it; send it in a header, and replace this one.',
      );
    if (req.headers.origin !== undefined) {
      cors(deps.allowedOrigins, req, res);
      if (req.method === 'OPTIONS') return preflight(res);
    }
    if (operation) {
      method(req, 'POST');
      return modelCall(deps, req, res, operation, id);
    }
    if (path === '/v1/models') {
      method(req, 'GET');
      return sendJson(res, 200, modelList(deps.memory, identify(deps, req.headers, Date.now()), dialect));
    }
    if (path === '/healthz') return sendJson(res, 200, '{"status":"ok"}');
    if (path === '/readyz') return this.ready(deps, res);
    if (path === '/metrics' || path.startsWith('/internal/')) {
      if (!isInternal(deps, req))
        throw new Refusal(403, 'permission_error', 'internal_only', `${path.slice(0, 40)} is for the hub itself.`);
      return internal(deps, req, res, path);
    }
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
      ...(journal.problem === undefined ? [] : [journal.problem]),
      ...(this.stopping ? ['stopping'] : []),
    ];
    const ready = memory.source !== 'nothing' && journal.takesCalls && !this.stopping;
    const routing = { source: memory.source, ageMs: memory.source === 'nothing' ? null : Date.now() - memory.confirmedAt };
    sendJson(res, ready ? 200 : 503, JSON.stringify({ status: ready ? 'ready' : 'not-ready', routing, problems }));
  }

  private fail(res: ServerResponse, e: unknown, dialect: Dialect, id: string): void {
    if (res.headersSent || res.destroyed) {
      if (!(e instanceof Refusal) && !res.destroyed) this.deps?.log('error', 'an answer broke off', { reason: errorText(e) });
      res.destroy();
      return;
    }
    if (e instanceof Refusal) return sendRefusal(res, dialect, e, id);
    this.deps?.log('error', 'a call failed inside the gateway', {
      call: id,
      reason: errorText(e),
      stack: e instanceof Error ? e.stack : undefined,
    });
    sendRefusal(res, dialect, new Refusal(500, 'server_error', 'internal', 'The gateway failed; its log says why.'), id);
  }
}

function method(req: IncomingMessage, expected: string): void {
  if (req.method !== expected)
    throw new Refusal(405, 'invalid_request_error', 'method_not_allowed', `Use ${expected} here, not ${req.method ?? 'nothing'}.`, {
      headers: { allow: expected },
    });
}
