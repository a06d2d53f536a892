/** A supervisor with two stub parts, one on a leash, to be killed by tests. Runs the built code. */
const { join } = require('node:path');
const { Supervisor } = require('../../dist/cli/supervisor.js');
const { endLeftovers, lockDataFolder } = require('../../dist/cli/data-lock.js');

const [dataDir, journal] = process.argv.slice(2);
const part = (name, leashed) => ({
  name,
  command: process.execPath,
  args: [join(__dirname, 'stub-part.cjs'), name, journal],
  leashed,
  graceMs: 1_000,
  readyWithinMs: 10_000,
  ready: leashed ? async () => undefined : 'message',
  show: 'error',
});

async function main() {
  lockDataFolder(dataDir);
  const left = await endLeftovers(dataDir, ['server', 'node']);
  const supervisor = new Supervisor({ dataDir, say: (line) => process.stdout.write(`${line}\n`) });
  await supervisor.add(part('server', true));
  await supervisor.add(part('node', false));
  process.stdout.write(`ready, ended ${left.length}\n`);
}

main().catch((error) => {
  process.stdout.write(`${error.message}\n`);
  process.exit(1);
});
