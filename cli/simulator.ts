/** `hub simulator`: a model provider without an account, for trying the hub (adapters/providers/simulator/server.ts). */
import { SIMULATOR_PORT } from '#adapters/providers/simulator/port.js';
import { startSimulator } from '#adapters/providers/simulator/server.js';

/** Runs until it is stopped. `--port 4319` and `--seed 1` are what holds without them. Returns 1 when it cannot start. */
export async function simulatorCommand(args: readonly string[]): Promise<number> {
  const port = numberAfter(args, '--port', SIMULATOR_PORT, 65_535);
  const seed = numberAfter(args, '--seed', 1, 0x7fffffff);
  if (port === undefined || seed === undefined) {
    process.stderr.write('Usage: hub simulator [--port 0 to 65535] [--seed whole number]\n');
    return 1;
  }
  let simulator;
  try {
    simulator = await startSimulator({ port, seed });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    process.stderr.write(`Port ${port} is taken; name another one: npm run simulator -- --port 0\n`);
    return 1;
  }
  const { url } = simulator;
  process.stdout.write(
    [
      `The simulator answers at ${url}/v1 (clients of Anthropic: ${url}).`,
      'Add a connection of the kind "simulator" with this base URL and any credential or none.',
      'Models: sim-ok answers at once, sim-live in the time of a real one; any other name works too.',
      `Behaviour and faults: ${url}/simulator/profile   What it charged: ${url}/simulator/invoice`,
      '',
    ].join('\n'),
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await simulator.stop();
  return 0;
}

function numberAfter(args: readonly string[], name: string, fallback: number, max: number): number | undefined {
  const at = args.indexOf(name);
  if (at < 0) return fallback;
  const text = args[at + 1] ?? '';
  return /^\d{1,10}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}
