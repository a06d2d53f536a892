/**
 * What the gateway adds, against the least that a relay in the same language can be: raw node:http and undici, 15 lines,
 * same process count, same run, interleaved. Needs the build: `npm run build && npx tsx bench/gateway-overhead.ts [mongodb uri]`.
 * With a URI (replica set, a database of its own) events are applied while it runs; without one the gateway serves from a
 * snapshot and the events stay in its journal.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';

const ROOT = join(__dirname, '..');
const ROUNDS = 5;
const SECONDS = 2;
const KEY = 'mhk_bench';

const UPSTREAM = `
  const { createServer } = require('node:http');
  const json = JSON.stringify({ id: 'c', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(150) } }], usage: { prompt_tokens: 9, completion_tokens: 12 } });
  createServer((req, res) => {
    let body = '';
    req.on('data', (c) => (body += c)).on('end', () => {
      if (!body.includes('"stream":true')) return res.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length }).end(json);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      let n = 0;
      const next = () => {
        if (n++ < 20) { res.write('data: {"choices":[{"delta":{"content":"word "}}]}\\n\\n'); return setImmediate(next); }
        res.end('data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":20}}\\n\\ndata: [DONE]\\n\\n');
      };
      next();
    });
  }).listen(0, '127.0.0.1', function () { process.send(this.address().port); });
`;
const RELAY = `
  const { createServer } = require('node:http');
  const { Pool } = require('undici');
  const pool = new Pool('http://127.0.0.1:' + process.argv[1], { connections: null });
  createServer((req, res) => {
    const chunks = [];
    req.on('data', (c) => chunks.push(c)).on('end', async () => {
      const body = JSON.stringify({ ...JSON.parse(Buffer.concat(chunks)), model: 'up' });
      const up = await pool.request({ path: req.url, method: 'POST', headers: { 'content-type': 'application/json' }, body });
      res.writeHead(up.statusCode, { 'content-type': up.headers['content-type'] });
      up.body.pipe(res);
    });
  }).listen(0, '127.0.0.1', function () { process.send(this.address().port); });
`;
const GATEWAY = `
  require('./dist/gateway/main.js').startGateway(JSON.parse(process.argv[1])).then((g) => process.send(g.port));
`;

async function start(script: string, argument: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['-e', script, argument], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

/** One route and one key, as they are stored. */
function records(upstream: number): { route: Record<string, unknown>; key: Record<string, unknown> } {
  const revision = {
    digest: 'bench',
    number: 1,
    modelId: 'b/m',
    modelVersion: '1',
    provider: 'b',
    upstreamModel: 'up',
    connection: null,
    endpoints: [`http://127.0.0.1:${upstream}`],
    slots: null,
    parameters: {},
  };
  const at = new Date().toISOString();
  const route = {
    tenant: 't',
    scope: 'a/b/production',
    environment: 'production',
    name: 'bench',
    version: 1,
    weights: [{ digest: 'bench', weight: 100 }],
    revisions: [revision],
    publishedAt: at,
  };
  const key = {
    id: 'k',
    tenant: 't',
    scope: '',
    hash: createHash('sha256').update(KEY).digest('hex'),
    role: 'developer',
    name: 'bench',
    prefix: 'mhk_',
    createdAt: at,
    createdBy: 'bench',
  };
  return { route, key };
}

async function provide(dataDir: string, port: number, upstream: number, mongodbUri: string | undefined): Promise<void> {
  const { route, key } = records(upstream);
  if (mongodbUri !== undefined) {
    const { openStore } = await import('#store/kit/connect.js');
    const store = await openStore(mongodbUri);
    await store.db.dropDatabase();
    const { id: _id, ...stored } = key;
    await store.db.collection<{ _id: string }>('routes').insertOne({ ...route, _id: 't/production/bench' });
    await store.db.collection<{ _id: string }>('apiKeys').insertOne({ ...stored, _id: 't/k' });
    return store.close();
  }
  const folder = join(dataDir, `gateway-${port}`);
  mkdirSync(folder, { recursive: true });
  const tables = {
    routes: [['t/production/bench', route]],
    routeOverrides: [],
    apiKeys: [['t/k', key]],
    connections: [],
    modelAliases: [],
  };
  writeFileSync(join(folder, 'snapshot.json'), JSON.stringify({ v: 1, at: Date.now(), tables }));
}

/** User and system time of a process so far, in ms: what a noisy machine cannot blur. */
function cpuMs(child: ChildProcess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
  firstByteP50: number;
  cpuPerCall: number;
}
async function load(port: number, child: ChildProcess, stream: boolean, concurrency: number): Promise<Measured> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency });
  const body = JSON.stringify({ model: 'bench', stream, messages: [{ role: 'user', content: 'a prompt of some length '.repeat(40) }] });
  const total: number[] = [];
  const first: number[] = [];
  const cpu = cpuMs(child);
  const started = performance.now();
  const end = started + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < end) {
        const t = performance.now();
        const answer = await pool.request({
          path: '/v1/chat/completions',
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
          body,
        });
        let seen = false;
        for await (const _ of answer.body) {
          if (!seen) first.push(performance.now() - t);
          seen = true;
        }
        if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
        total.push(performance.now() - t);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  return {
    perSecond: total.length / seconds,
    p50: quantile(total, 0.5),
    p99: quantile(total, 0.99),
    firstByteP50: quantile(first, 0.5),
    cpuPerCall: (cpuMs(child) - cpu) / total.length,
  };
}
function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

const ready = async (port: number): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const mongo = process.argv[2];
  const mongodbUri = mongo ?? 'mongodb://127.0.0.1:9/none';
  const upstream = await start(UPSTREAM, '');
  const relay = await start(RELAY, String(upstream.port));
  const port = 40_000 + (randomBytes(2).readUInt16BE() % 20_000);
  await provide(dataDir, port, upstream.port, mongo);
  const options = { host: '127.0.0.1', port, mongodbUri, internalKey: 'x', keyringFile: join(dataDir, 'keyring'), dataDir };
  const gateway = await start(GATEWAY, JSON.stringify(options));
  for (let n = 0; n < 100 && !(await ready(port)); n++) await new Promise((resolve) => setTimeout(resolve, 100));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(
    `${cpus().length} × ${cpus()[0]?.model}, node ${process.version}, load ${loadavg()[0]?.toFixed(1)}; ${ROUNDS} interleaved rounds of ${SECONDS} s, median of rounds; ~1 kB prompt, instant upstream; journal on, MongoDB ${mongo ? 'on' : 'away (events stay in the journal)'}`,
  );
  try {
    for (const stream of [false, true])
      for (const concurrency of [1, 16]) {
        const runs: { relay: Measured[]; gateway: Measured[] } = { relay: [], gateway: [] };
        await load(gateway.port, gateway.child, stream, concurrency);
        await load(relay.port, relay.child, stream, concurrency);
        for (let round = 0; round < ROUNDS; round++)
          for (const [name, part] of round % 2
            ? ([
                ['gateway', gateway],
                ['relay', relay],
              ] as const)
            : ([
                ['relay', relay],
                ['gateway', gateway],
              ] as const))
            runs[name].push(await load(part.port, part.child, stream, concurrency));
        const of = (list: Measured[], f: keyof Measured): number =>
          quantile(
            list.map((m) => m[f]),
            0.5,
          );
        const row = (f: keyof Measured, digits: number): string =>
          `${f} ${of(runs.relay, f).toFixed(digits)} → ${of(runs.gateway, f).toFixed(digits)} (×${(of(runs.gateway, f) / of(runs.relay, f)).toFixed(2)})`;
        say(
          `${stream ? 'SSE ' : 'JSON'} c=${concurrency}: ${[row('perSecond', 0), row('p50', 2), row('p99', 2), row('firstByteP50', 2), row('cpuPerCall', 3)].join(', ')}`,
        );
      }
  } finally {
    for (const part of [gateway, relay, upstream]) part.child.kill();
  }
}

void main();
