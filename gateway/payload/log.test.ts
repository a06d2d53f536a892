import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Store } from '#store/kit/connect.js';
import type { Log } from '../log.js';
import { Memory } from '../memory/memory.js';
import type { Choice } from '../pipeline/plan.js';
import type { CallRecord } from '../pipeline/record.js';
import { PayloadLog } from './log.js';
import { Redactor } from './redactor.js';

/** What happens when payloads come faster than they can be stored; what is stored is in test/gateway/payload.test.ts. */
const route = { tenant: 'acme', scope: '', environment: 'production', name: 'chat' };
const key = 'acme/production/chat';
const target = { live: { key, route } };
const choices = [{ target }] as unknown as Choice[];
const record = { id: 'req_1', tries: [], target } as unknown as CallRecord;

function world(maxBytes: number) {
  const memory = new Memory();
  memory.put('gatewaySettings', key, { unpriced: 'allow', payloadLog: { enabled: true, retentionHours: 1, maxBytes } });
  const said: string[] = [];
  const say: Log = (_level, message) => void said.push(message);
  const log = new PayloadLog({
    memory,
    open: () => new Promise<Store>(() => undefined),
    redactor: new Redactor('/nowhere', say), // it would say so if a thread were begun: what cannot be stored needs none
    log: say,
  });
  const call = (body: Buffer) => {
    const res = Object.assign(new EventEmitter(), {
      write: () => true,
      end: () => undefined,
      headersSent: true,
      statusCode: 200,
      writableFinished: true,
    });
    log.watch(res as unknown as ServerResponse, body, record, choices);
    res.end();
    res.emit('close');
  };
  return { memory, log, said, call };
}

describe('the queue', () => {
  it('holds 256 payloads; what is more is dropped at once, counted, and said once', async () => {
    const { log, said, call } = world(100);
    for (let n = 0; n < 300; n++) call(Buffer.from('{}'));
    expect(log.dropped).toBe(44);
    await log.stop(5_000);
    expect(log.dropped).toBe(300); // MongoDB was never reached
    expect(said).toHaveLength(1);
  });
  it('holds 16 MiB, of each body only what can be looked at', async () => {
    const { log, call } = world(262_144);
    for (let n = 0; n < 50; n++) call(Buffer.alloc(3 * 1024 * 1024, 'a b '));
    expect(log.dropped).toBe(8); // 42 of 384 KiB wait
    await log.stop(0);
    expect(log.dropped).toBe(50);
  });
  it('takes nothing of a deployment that was turned off, and after the stop nothing at all', async () => {
    const { memory, log, call } = world(100);
    memory.put('gatewaySettings', key, { unpriced: 'allow' });
    call(Buffer.from('{}'));
    await log.stop(0);
    expect(log.dropped).toBe(0);
    memory.put('gatewaySettings', key, { unpriced: 'allow', payloadLog: { enabled: true, retentionHours: 1, maxBytes: 100 } });
    call(Buffer.from('{}'));
    expect(log.dropped).toBe(1);
  });
});
