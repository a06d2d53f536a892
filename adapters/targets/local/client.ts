import { Client } from 'undici';
import { z } from 'zod';
import { HubError } from '#core/shared/problem.js';
import { type Order, type ReplicaSet, replicaSet } from './protocol.js';

/** Orders to the runner. Throws `unavailable` when no runner listens, `not-found` for an unknown set. */
export class RunnerClient {
  private readonly client: Client;
  constructor(socketPath: string) {
    this.client = new Client('http://runner', { socketPath, pipelining: 1 });
  }
  ensure(set: string, order: Order): Promise<ReplicaSet> {
    return this.call(replicaSet, 'PUT', `/sets/${encodeURIComponent(set)}`, order);
  }
  view(set: string): Promise<ReplicaSet> {
    return this.call(replicaSet, 'GET', `/sets/${encodeURIComponent(set)}`);
  }
  remove(set: string, fence: number): Promise<ReplicaSet> {
    return this.call(replicaSet, 'DELETE', `/sets/${encodeURIComponent(set)}?fence=${fence}`);
  }
  async log(set: string, replica: string, lines: number): Promise<string> {
    const path = `/sets/${encodeURIComponent(set)}/log/${encodeURIComponent(replica)}?lines=${lines}`;
    return (await this.call(z.object({ text: z.string() }), 'GET', path)).text;
  }
  close(): Promise<void> {
    return this.client.close();
  }
  private async call<T>(schema: z.ZodType<T>, method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    let status: number;
    let text: string;
    try {
      const r = await this.client.request({
        method,
        path,
        headersTimeout: 30_000,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = r.statusCode;
      text = await r.body.text();
    } catch (e) {
      throw new HubError('unavailable', 'The runner of local models does not answer.', { retryAfter: 5, cause: e });
    }
    if (status >= 400) {
      const p = z.object({ code: z.enum(['not-found', 'stale-state']), detail: z.string() }).safeParse(JSON.parse(text));
      throw p.success
        ? new HubError(p.data.code, p.data.detail)
        : new HubError('internal', `the runner answered ${status}: ${text.slice(0, 400)}`);
    }
    return schema.parse(JSON.parse(text));
  }
}
