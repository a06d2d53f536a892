/** The load, in a process of its own: closed loop, undici's dispatch interface, times by the µs clock of the receiver. */
import { type Dispatcher, Pool } from 'undici';
import { quantile } from '../lib/report.js';

export interface Job {
  origins: string[];
  headers: Record<string, string>;
  body: string;
  /** calls at the same time, in all */
  inFlight: number;
  seconds: number;
}
export interface Measured {
  calls: number;
  perSecond: number;
  /** ms from sending to the last byte, and to the first byte of the body */
  p50: number;
  p99: number;
  first50: number;
  /** answers that were not 200, and connections that broke */
  failed: number;
  failure: string | null;
}

class One implements Dispatcher.DispatchHandler {
  private readonly sentAt = performance.now();
  private status = 0;
  private first: number | undefined;
  private readonly over: (totalMs: number, firstMs: number, failure: string | null) => void;
  constructor(over: (totalMs: number, firstMs: number, failure: string | null) => void) {
    this.over = over;
  }
  onRequestStart(): void {}
  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }
  onResponseData(): void {
    this.first ??= performance.now() - this.sentAt;
  }
  onResponseEnd(): void {
    this.over(performance.now() - this.sentAt, this.first ?? Number.NaN, this.status === 200 ? null : `status ${this.status}`);
  }
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.over(Number.NaN, Number.NaN, error.message);
  }
}

async function run(job: Job): Promise<Measured> {
  const pools = job.origins.map((origin) => new Pool(origin, { connections: Math.ceil(job.inFlight / job.origins.length) }));
  const total: number[] = [];
  const first: number[] = [];
  let failed = 0;
  let failure: string | null = null;
  const started = performance.now();
  const end = started + job.seconds * 1000;
  await Promise.all(
    Array.from({ length: job.inFlight }, async (_, n) => {
      const pool = pools[n % pools.length] as Pool;
      while (performance.now() < end)
        await new Promise<void>((resolve) => {
          const one = new One((totalMs, firstMs, problem) => {
            if (problem === null) {
              total.push(totalMs);
              first.push(firstMs);
            } else {
              failed++;
              failure = problem;
            }
            resolve();
          });
          pool.dispatch({ path: '/v1/chat/completions', method: 'POST', headers: job.headers, body: job.body }, one);
        });
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(pools.map((pool) => pool.destroy()));
  return {
    calls: total.length,
    perSecond: total.length / seconds,
    p50: quantile(total, 0.5),
    p99: quantile(total, 0.99),
    first50: quantile(first, 0.5),
    failed,
    failure,
  };
}

process.on('message', (job: Job) => {
  run(job).then(
    (measured) => process.send?.(measured),
    (e: unknown) => {
      process.stderr.write(`load: ${String(e)}\n`);
      process.exit(1);
    },
  );
});
process.send?.({ port: 0 });
