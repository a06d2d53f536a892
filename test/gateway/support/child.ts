import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GatewayOptions } from '#gateway/main.js';

const ROOT = join(__dirname, '../../..');
const SCRIPT = `
  require('./dist/gateway/main.js').startGateway(JSON.parse(process.argv[1])).then((g) => process.send({ port: g.port }));
`;

/** A gateway in a process of its own, so that it can be killed. Runs the built code, as production does. */
export async function gatewayProcess(options: Omit<GatewayOptions, 'log'>): Promise<{ port: number; kill(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, ['-e', SCRIPT, JSON.stringify(options)], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  process.once('exit', () => child.kill('SIGKILL')); // a failed test must not leave it behind
  const exited = once(child, 'exit');
  const message = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  if (!message) throw new Error('the gateway process ended before it listened; is dist/ built?');
  return {
    port: (message[0] as { port: number }).port,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
