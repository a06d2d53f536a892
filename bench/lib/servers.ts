import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedMongod } from '#cli/embedded/mongod.js';
import { embeddedTemporal } from '#cli/embedded/temporal.js';
import { freePort } from '#cli/ports.js';
import { loadSettings } from '#cli/settings.js';
import { Supervisor } from '#cli/supervisor.js';

/** The servers of one benchmark, as `npm start` runs them, in a folder of their own that goes with them. */
export async function startServers(o: { mongodb: boolean }) {
  const { cacheDir, mongod: mongodPath, temporalCli, projectDir } = loadSettings();
  const folder = mkdtempSync(join(tmpdir(), 'modelhub-bench-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const supervisor = new Supervisor({ dataDir: folder, say });
  const common = { dataDir: folder, cacheDir, say };
  const temporal = await embeddedTemporal({ ...common, port: await freePort(), uiPort: undefined, explicit: temporalCli });
  await supervisor.add(temporal.spec);
  const mongod = o.mongodb ? await embeddedMongod({ ...common, port: await freePort(), explicit: mongodPath }) : undefined;
  if (mongod) await supervisor.add(mongod.spec);
  return {
    address: temporal.address,
    mongodbUri: mongod?.uri ?? '',
    bundlePath: join(projectDir, 'dist', 'workflow-bundle.js'),
    folder,
    description: [
      `Temporal CLI ${temporal.program.version}: ${temporal.spec.args.join(' ').replaceAll(folder, '<folder>')}`,
      ...(mongod ? [`MongoDB ${mongod.program.version}: ${mongod.spec.args.join(' ').replaceAll(folder, '<folder>')}`] : []),
    ],
    async stop(): Promise<void> {
      await supervisor.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
