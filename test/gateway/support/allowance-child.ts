import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Claim } from '#core/limit/claim.js';

const ROOT = join(__dirname, '../../..');
/** Callers in a loop; each line of the file is one granted call: when it began and when it ended, appended before going on. */
const SCRIPT = `
  const { appendFileSync } = require('node:fs');
  const { Allowances } = require('./dist/gateway/allowance/allowances.js');
  const { openStore } = require('./dist/store/kit/connect.js');
  const o = JSON.parse(process.argv[1]);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  (async () => {
    const store = await openStore(o.uri, { poolSize: 5 });
    const allowances = new Allowances({ id: o.id, open: async () => store, onEvent: () => {} });
    allowances.start();
    process.send('ready');
    let n = 0;
    const caller = async () => {
      for (;;) {
        const answer = await allowances.reserve(o.claims, performance.now());
        if (answer.granted) {
          const call = o.id + '.' + ++n;
          appendFileSync(o.file, 'b ' + call + ' ' + Date.now() + '\\n');
          answer.begin();
          await pause(Math.random() * o.holdMs);
          appendFileSync(o.file, 'e ' + call + ' ' + Date.now() + '\\n');
          answer.settle({});
        } else await pause(Math.random() * 40);
        await pause(Math.random() * o.pauseMs);
      }
    };
    for (let i = 0; i < o.callers; i++) caller();
  })();
`;

export interface AllowanceLoad {
  id: string;
  uri: string;
  claims: Claim[];
  callers: number;
  /** a call takes up to so long, ms; and a caller waits up to `pauseMs` between two */
  holdMs: number;
  pauseMs: number;
  file: string;
}
/** The allowances of one gateway in a process of its own, with callers, so that it can be killed. Runs the built code. */
export async function allowanceProcess(load: AllowanceLoad): Promise<{ kill(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, ['-e', SCRIPT, JSON.stringify(load)], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  process.once('exit', () => child.kill('SIGKILL')); // a failed test must not leave it behind
  const exited = once(child, 'exit');
  const ready = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  if (!ready) throw new Error('the process ended before it was ready; is dist/ built?');
  return {
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
