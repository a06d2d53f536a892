import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Traces } from '#adapters/telemetry/traces.js';
import { AddressGuard } from '#adapters/providers/address-guard.js';
import { Allowances } from './allowance/allowances.js';
import { Factors } from './allowance/factors.js';
import { Signals } from './allowance/signals.js';
import { breakersOf, HealthBook } from './health/book.js';
import { Pools } from './http/pools.js';
import { Applier } from './journal/applier.js';
import { lostEvent } from './journal/line.js';
import { openStarts } from './journal/reader.js';
import { openSegments } from './journal/segments.js';
import { StoreSink } from './journal/sink.js';
import { type JournalOptions, JournalWriter } from './journal/writer.js';
import { type Log, stderrLog } from './log.js';
import { Acknowledgement } from './memory/acknowledge.js';
import { Credentials } from './memory/credentials.js';
import { Inflight } from './memory/inflight.js';
import { keyringOpener } from './memory/keyring.js';
import { StoreLink } from './memory/link.js';
import { Memory } from './memory/memory.js';
import { Snapshot } from './memory/snapshot.js';
import { Metrics } from './metrics/metrics.js';
import { Watch } from './memory/watch.js';
import { CallTraces } from './pipeline/traces.js';
import { PayloadLog } from './payload/log.js';
import { Redactor } from './payload/redactor.js';
import { GatewayServer } from './server.js';

export interface GatewayOptions {
  host: string;
  /** the gateway's id and its folder are named by it: a gateway that is to find its journal again needs a fixed one */
  port: number;
  mongodbUri: string;
  /** the hub's own key for calls that a workflow makes */
  internalKey: string;
  keyringFile: string;
  /** what connections may reach that is not public (`AddressGuard`); nothing unless told */
  allowedHosts?: readonly string[];
  /** the gateway keeps its journal and snapshot in `<dataDir>/gateway-<port>` */
  dataDir: string;
  log?: Log;
  /** what becomes of calls while the journal is full or cannot be written; refused unless told */
  journalFull?: JournalOptions['whenFull'];
  /** how long a gateway that stops still takes calls while `/readyz` says no, for those who balance by it */
  drainMs?: number;
  /** how long calls in flight may go on after that; what drains longer has less of it */
  graceMs?: number;
  /** how long API keys are honoured without word from MongoDB */
  keysValidMs?: number;
  /** OTLP/HTTP receiver of traces (`http://127.0.0.1:4318`); none: no traces */
  otlpEndpoint?: string | undefined;
  /** redact-thread.js as it was built, for whoever runs from the sources */
  redactThread?: string;
  /** origins of pages that may call from a browser: the hub's own */
  allowedOrigins?: readonly string[];
  /** how long a client may take for its head and its body, ms */
  headersTimeoutMs?: number;
  requestTimeoutMs?: number;
  /** how long a client may leave its answer unread, ms */
  stuckClientMs?: number;
}
export interface RunningGateway {
  port: number;
  stop(): Promise<void>;
}
const DRAIN_MS = 1_000;
/** both together: the supervisor ends a part after 25 s */
const LEAVE_MS = 16_000;
const STUCK_CLIENT_MS = 120_000;
const KEYS_VALID_MS = 24 * 3_600_000;
const FLUSH_MS = 5_000;

/** Starts a gateway; it serves as soon as it has routes, from MongoDB or from its last snapshot. */
export async function startGateway(o: GatewayOptions): Promise<RunningGateway> {
  const server = new GatewayServer({
    ...(o.headersTimeoutMs === undefined ? {} : { headersTimeout: o.headersTimeoutMs, connectionsCheckingInterval: 500 }),
    ...(o.requestTimeoutMs === undefined ? {} : { requestTimeout: o.requestTimeoutMs, connectionsCheckingInterval: 500 }),
  });
  const port = await server.listen(o.host, o.port);
  try {
    // loaded only where a receiver is set: off costs nothing
    const traces = o.otlpEndpoint
      ? new (await import('#adapters/telemetry/traces.js')).Traces(o.otlpEndpoint, { instance: idOf(port) })
      : undefined;
    return assemble(o, server, port, traces);
  } catch (e) {
    await server.stop(0, 0); // nothing may listen that cannot serve
    throw e;
  }
}

const idOf = (port: number): string => `gw-${port}@${hostname()}`;

function assemble(o: GatewayOptions, server: GatewayServer, port: number, traces: Traces | undefined): RunningGateway {
  const log = o.log ?? stderrLog;
  const folder = join(o.dataDir, `gateway-${port}`);
  const id = idOf(port);

  const { journal, held } = openJournal(join(folder, 'journal'), { log, whenFull: o.journalFull ?? 'refuse' });
  const memory = new Memory();
  const inflight = new Inflight();
  const pools = new Pools(memory, new AddressGuard(o.allowedHosts ?? []));
  const snapshot = new Snapshot(join(folder, 'snapshot.json'), memory, log);
  snapshot.load();
  const link = new StoreLink(o.mongodbUri, log);
  const watch = new Watch(memory, link.open, log);
  const applier = new Applier(journal, new StoreSink(link.open, id), log, held);
  const acknowledgement = new Acknowledgement({ id, memory, inflight, open: link.open, log });
  const clock = (): number => performance.now();
  const signals = new Signals();
  const allowances = new Allowances({
    id,
    open: link.open,
    onEvent: (event) => log('warn', 'allowances', { ...event }),
  });
  const health = new HealthBook();
  const redactor = new Redactor(o.redactThread ?? join(__dirname, 'payload', 'redact-thread.js'), log);
  const payloads = new PayloadLog({ memory, open: link.open, redactor, log });
  const metrics = new Metrics({
    breakers: () => breakersOf(health),
    journal: () => applier.stats(),
    owedLines: () => journal.owedLines,
    routingAgeMs: () => (memory.source === 'nothing' ? null : Date.now() - memory.confirmedAt),
    keys: () => memory.tables.apiKeys.size,
    spansDropped: () => traces?.dropped ?? 0,
    payloadsDropped: () => payloads.dropped,
  });
  const callTraces = new CallTraces(traces);
  server.serve({
    health,
    allowances,
    factors: new Factors(signals, clock),
    metrics,
    traces: callTraces,
    payloads,
    allowedOrigins: new Set(o.allowedOrigins),
    observe(event, facts) {
      metrics.observe(event);
      callTraces.end(facts.trace, event, facts.path);
      const { status } = event;
      // what was refused by us says nothing about who would have answered
      if (status !== 'limited' && status !== 'refused')
        signals.record(event, { failed: status === 'error' || status === 'truncated', nanoDollars: event.cost }, clock());
    },
    memory,
    inflight,
    pools,
    journal,
    log,
    credentials: new Credentials(keyringOpener(o.keyringFile)),
    internalHash: createHash('sha256').update(o.internalKey).digest(),
    keysValidMs: o.keysValidMs ?? KEYS_VALID_MS,
    stuckClientMs: o.stuckClientMs ?? STUCK_CLIENT_MS,
  });

  allowances.start();
  watch.start();
  applier.start();
  acknowledgement.start();
  log('info', 'listening', { host: o.host, port, routes: memory.source });
  return {
    port,
    async stop() {
      const drainMs = o.drainMs ?? DRAIN_MS;
      await server.stop(o.graceMs ?? LEAVE_MS - drainMs, drainMs);
      await payloads.stop(1_000);
      await allowances.stop();
      await applier.stop(FLUSH_MS);
      await traces?.stop(1_000);
      await acknowledgement.stop();
      await watch.stop();
      await snapshot.stop();
      await pools.stop();
      await link.stop();
    },
  };
}

/** Opens the journal and writes the end of what died with the previous process. */
function openJournal(folder: string, o: JournalOptions): { journal: JournalWriter; held: ReadonlyMap<string, number> } {
  const segments = openSegments(folder);
  const { lost, held, damaged } = openStarts(segments);
  const journal = new JournalWriter(segments, o);
  for (const start of lost) journal.end(lostEvent(start));
  if (lost.length > 0 || damaged > 0)
    o.log('warn', 'the previous process ended during calls', { lost: lost.length, damagedLines: damaged });
  return { journal, held };
}
