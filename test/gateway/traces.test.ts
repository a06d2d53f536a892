import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from '@jest/globals';

/** An OTLP receiver at the wire: keeps what came. */
class Receiver {
  readonly got: { path: string; type: string; body: Buffer }[] = [];
  status = 200;
  private readonly server: Server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      this.got.push({ path: req.url ?? '', type: req.headers['content-type'] ?? '', body: Buffer.concat(parts) });
      res.writeHead(this.status).end();
    });
  });
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  get bytes(): Buffer {
    return Buffer.concat(this.got.map((g) => g.body));
  }
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

let receiver: Receiver | undefined;
afterEach(() => receiver?.stop());

/** In a process of its own with the built code: the exporter loads `http` in a way that jest's modules do not allow. */
const SCRIPT = `
  const { Traces } = require('./dist/adapters/telemetry/traces.js');
  const { UNKNOWN_YET } = require('./dist/core/metric/blank.js');
  const [endpoint, header, calls, latencyMs] = JSON.parse(process.argv[1]);
  const t = { deployment: 'd', revision: 'r', provider: 'google', connection: 'main', startedMs: 2, durationMs: 9, error: null };
  const event = {
    ...UNKNOWN_YET, id: 'req_1', tenant: 'acme', environment: 'production', deployment: 'd', revision: 'r', modelId: 'google/gemini',
    provider: 'google', operation: 'completion', stream: true, status: 'ok', httpStatus: 200, latencyMs, firstByteMs: 12, attempts: 2,
    tries: [{ ...t, outcome: 'failed', httpStatus: 503 }, { ...t, outcome: 'answered', httpStatus: 200 }],
  };
  const traces = new Traces(endpoint, { instance: 'gw-1' });
  const out = [];
  for (let n = 0; n < calls; n++) {
    const call = traces.begin(header ?? undefined);
    if (n < 2) out.push({ traceId: call.traceId, sent: [call.header(1), call.header(2), call.header(1)] });
    traces.end(call, event, { path: '/v1/completions', origins: ['http://10.0.0.1:8000', 'https://api.example.com'] });
  }
  traces.stop(8000).then(() => process.stdout.write(JSON.stringify({ out, dropped: traces.dropped })));
`;
interface Ran {
  out: { traceId: string; sent: [string, string, string] }[];
  dropped: number;
}
async function run(header: string | null, calls: number, status = 200): Promise<{ receiver: Receiver; ran: Ran }> {
  receiver = new Receiver();
  receiver.status = status;
  const endpoint = await receiver.start();
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', SCRIPT, JSON.stringify([endpoint, header, calls, 40])], {
    cwd: join(__dirname, '../..'),
  });
  return { receiver, ran: JSON.parse(stdout) as Ran };
}

it("continues the caller's trace, with one span for the call and one for each attempt", async () => {
  const { receiver: r, ran } = await run(`00-${TRACE}-${PARENT}-01`, 1);
  const sent = ran.out[0]?.sent ?? [];
  expect(sent[0]).toBe(sent[2]);
  expect(r.got.map((g) => [g.path, g.type])).toEqual([['/v1/traces', 'application/x-protobuf']]);
  expect(new Set(sent).size).toBe(2);
  for (const header of sent) expect(r.bytes.includes(hex(header.split('-')[2] ?? ''))).toBe(true);
  expect(r.bytes.includes(hex(TRACE)) && r.bytes.includes(hex(PARENT))).toBe(true);
  for (const text of [
    'POST /v1/completions',
    'text_completion gemini',
    'gcp.gemini',
    'api.example.com',
    'auterity-model-hub-gateway',
    'acme',
  ])
    expect(r.bytes.includes(text)).toBe(true);
  expect(ran.dropped).toBe(0);
});
it('does not record what the caller does not record, but hands its trace on', async () => {
  const { receiver: r, ran } = await run(`00-${TRACE}-${PARENT}-00`, 1);
  expect(ran.out[0]?.sent[0]).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  expect(r.got).toEqual([]);
});
it('begins a trace for each call that brings none', async () => {
  const { ran } = await run(null, 2);
  expect(new Set(ran.out.map((o) => o.traceId)).size).toBe(2);
  for (const { traceId } of ran.out) expect(traceId).toMatch(/^[0-9a-f]{32}$/);
});
it('counts the spans that a receiver refuses or that do not fit, and keeps none', async () => {
  const { receiver: r, ran } = await run(null, 3_000, 400);
  expect(r.got.length).toBeGreaterThan(0);
  expect(ran.dropped).toBe(9_000);
});
