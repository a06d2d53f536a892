import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Operation } from '#adapters/providers/provider.js';
import { readBody } from '../http/body.js';
import { upstreamHeaders } from '../http/headers.js';
import { Refusal } from '../http/refusal.js';
import { JournalRefused } from '../journal/writer.js';
import { upstreamBody } from '../json/splice.js';
import { errorText } from '../log.js';
import { revisionKey } from '../memory/inflight.js';
import { NO_TOKENS } from '#core/metric/tokens.js';
import { type Candidate, candidatesFor } from './candidates.js';
import type { Deps } from './deps.js';
import { identify } from './identify.js';
import { parseCall, type ParsedCall } from './parse.js';
import { CallRecord } from './record.js';
import { Relay } from './relay.js';
import { type Resolved, resolve } from './resolve.js';

const MAX_ATTEMPTS = 3;
/** a connection that was there and ended before an answer: most often an idle one that the server had just closed */
const RESET = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** One model call: identify, parse, resolve, admit, then attempts until one answers. Throws a `Refusal` before the first byte. */
export async function modelCall(deps: Deps, req: IncomingMessage, res: ServerResponse, operation: Operation): Promise<void> {
  const startedAt = performance.now();
  const caller = identify(deps, req.headers, Date.now());
  const beforeBody = performance.now();
  const body = await readBody(req);
  const waited = performance.now() - beforeBody;
  const parsed = parseCall(body);
  const pin = req.headers['x-modelhub-revision'];
  const resolved = resolve(deps.memory, caller, parsed.model, typeof pin === 'string' ? pin : undefined, Math.random());
  const key = revisionKey(resolved.live.key, resolved.revision.digest);
  const { slots } = resolved.revision;
  if (slots !== null && deps.inflight.count(key) >= slots)
    throw new Refusal(
      429,
      'rate_limit_error',
      'slots_busy',
      `All ${slots} slots of "${resolved.live.route.name}" are busy; try again shortly.`,
      { headers: { 'retry-after': '1' } },
    );

  deps.inflight.enter(key);
  try {
    const id = `req_${randomUUID().replaceAll('-', '')}`;
    const record = journalled(() => new CallRecord(deps.journal, id, startedAt, { caller, resolved, operation, stream: parsed.stream }));
    await new Attempts({ deps, req, res, operation, parsed, resolved, record, id, startedAt, waited }).run();
  } finally {
    deps.inflight.leave(key);
  }
}

function journalled(start: () => CallRecord): CallRecord {
  try {
    return start();
  } catch (e) {
    if (!(e instanceof JournalRefused)) throw e;
    throw new Refusal(503, 'server_error', 'journal_unavailable', `The gateway takes no calls that it cannot record: ${e.message}.`, {
      headers: { 'retry-after': '2' },
    });
  }
}

interface Call {
  deps: Deps;
  req: IncomingMessage;
  res: ServerResponse;
  operation: Operation;
  parsed: ParsedCall;
  resolved: Resolved;
  record: CallRecord;
  id: string;
  startedAt: number;
  /** for the client's bytes, which is not our time */
  waited: number;
}

class Attempts {
  private readonly c: Call;
  private readonly bytes: Buffer;
  private attempt = 0;
  private gone: boolean;
  private relay: Relay | undefined;
  constructor(call: Call) {
    this.c = call;
    const { parsed, resolved } = call;
    this.gone = call.res.destroyed;
    this.bytes = upstreamBody(parsed.body, parsed.members, resolved.revision.upstreamModel, resolved.revision.parameters);
  }

  async run(): Promise<void> {
    const { res } = this.c;
    res.once('close', () => {
      if (res.writableFinished) return;
      this.gone = true;
      this.relay?.clientGone();
    });
    try {
      await this.tryAll(candidatesFor(this.c.deps, this.c.resolved, this.c.operation));
    } catch (e) {
      this.c.record.end({
        status: 'error',
        httpStatus: e instanceof Refusal ? e.status : 500,
        error: errorText(e),
        tokens: NO_TOKENS,
        firstByteMs: null,
        attempts: this.attempt,
      });
      if (e instanceof Refusal)
        throw new Refusal(e.status, e.type, e.code, e.message, { headers: { ...e.headers, ...this.explain(performance.now()) } });
      throw e;
    }
  }

  private async tryAll(queue: Candidate[]): Promise<void> {
    let last: Error | undefined;
    for (let next = queue.shift(); next && this.attempt < MAX_ATTEMPTS; next = queue.shift()) {
      if (this.gone)
        return this.c.record.end({
          status: 'aborted',
          httpStatus: null,
          error: 'the client went away',
          tokens: NO_TOKENS,
          firstByteMs: null,
          attempts: this.attempt,
        });
      const failed = await this.once(next);
      if (!failed) return;
      last = failed;
      this.c.deps.log('warn', 'an upstream did not answer', {
        call: this.c.id,
        upstream: next.origin,
        attempt: this.attempt,
        reason: errorText(failed),
      });
      if (TIMED_OUT.has(codeOf(failed))) throw new Refusal(504, 'upstream_error', 'upstream_timeout', 'The model did not answer in time.');
      if (RESET.has(codeOf(failed)) && queue.length === 0 && this.attempt === 1) queue.push(next);
    }
    throw new Refusal(
      502,
      'upstream_error',
      'upstream_unreachable',
      last ? `The model cannot be reached: ${codeOf(last) || last.message}.` : 'The model has no address at the moment.',
    );
  }

  /** The error of an upstream from which not a byte came; undefined when the call is over. */
  private async once(to: Candidate): Promise<Error | undefined> {
    const { deps, req, res, record, startedAt, id } = this.c;
    this.attempt++;
    const sentAt = performance.now();
    const relay = new Relay({ res, record, startedAt, attempt: this.attempt, explain: () => this.explain(sentAt) });
    this.relay = relay;
    deps.inflight.enter(to.origin);
    try {
      deps.pools
        .get(to.origin, this.c.resolved.revision.connection === null ? 'target' : 'connection')
        .dispatch({ path: to.path, method: 'POST', headers: upstreamHeaders(req.headers, to.headers, id), body: this.bytes }, relay);
      const outcome = await relay.outcome;
      return outcome.kind === 'unreached' ? outcome.error : undefined;
    } finally {
      deps.inflight.leave(to.origin);
    }
  }

  /** What was chosen, and how long the hub took for it: everything before the upstream call but the wait for the client. */
  private explain(sentAt: number): Record<string, string> {
    const { revision, live } = this.c.resolved;
    return {
      'x-modelhub-request-id': this.c.id,
      'x-modelhub-deployment': live.route.name,
      'x-modelhub-revision': revision.digest,
      'x-modelhub-provider': revision.provider,
      'x-modelhub-model': revision.modelId,
      'x-modelhub-attempts': String(this.attempt),
      'x-modelhub-overhead-ms': (sentAt - this.c.startedAt - this.c.waited).toFixed(3),
    };
  }
}

/** undici's and Node's errors name themselves by a code. */
function codeOf(e: Error): string {
  const { code } = e as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
