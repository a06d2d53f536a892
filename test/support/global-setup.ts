/**
 * Once per run: one mongod, one Temporal, one workflow bundle, one browser. Runs in plain Node, so it uses dist/ (built before jest).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedMongod } from '#cli/embedded/mongod.js';
import { embeddedTemporal } from '#cli/embedded/temporal.js';
import { freePort } from '#cli/ports.js';
import { loadSettings, type Settings } from '#cli/settings.js';
import { Supervisor } from '#cli/supervisor.js';

/** What tests are told about the servers of this run. */
export interface TestRun {
  readonly mongodbUri: string;
  readonly temporalAddress: string;
  readonly bundlePath: string;
  readonly browserPath: string;
}

/** jest calls this before the first integration test. */
export default async function globalSetup(): Promise<void> {
  const settings = loadSettings();
  const folder = mkdtempSync(join(tmpdir(), 'modelhub-test-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const supervisor = new Supervisor({ dataDir: folder, say });
  Object.assign(globalThis, { __MODELHUB_RUN__: { supervisor, folder } });
  const [servers, bundlePath, browserPath] = await Promise.all([
    startServers(settings, folder, supervisor, say),
    buildBundle(settings, folder),
    findBrowser(),
  ]);
  const run: TestRun = { ...servers, bundlePath, browserPath };
  const file = join(folder, 'run.json');
  writeFileSync(file, JSON.stringify(run));
  process.env['HUB_TEST_RUN'] = file;
}

async function startServers(settings: Settings, folder: string, supervisor: Supervisor, say: (line: string) => void) {
  const { cacheDir } = settings;
  const mongod = await embeddedMongod({
    dataDir: folder,
    cacheDir,
    port: await freePort(),
    explicit: settings.mongod,
    say,
    testMode: true,
  });
  const temporal = await embeddedTemporal({
    dataDir: undefined,
    cacheDir,
    port: await freePort(),
    uiPort: undefined,
    explicit: settings.temporalCli,
    say,
    timeSkipping: true,
  });
  await Promise.all([supervisor.add(mongod.spec), supervisor.add(temporal.spec)]);
  return { mongodbUri: mongod.uri, temporalAddress: temporal.address };
}

/** With the project's own bundler when there is one, so that tests run what production runs. */
async function buildBundle(settings: Settings, folder: string): Promise<string> {
  const bundler = join(settings.projectDir, 'dist', 'worker', 'bundle.js');
  if (existsSync(bundler)) {
    execFileSync(process.execPath, [bundler], { stdio: ['ignore', 'ignore', 'inherit'] });
    return join(settings.projectDir, 'dist', 'workflow-bundle.js');
  }
  const target = join(folder, 'workflow-bundle.js');
  const workflowsPath = join(settings.projectDir, 'dist', 'workflows', 'index.js');
  if (!existsSync(workflowsPath)) return '';
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath });
  writeFileSync(target, code);
  return target;
}

/** A system Chromium, else the one of the npm package, which unpacks itself to a temporary folder. */
async function findBrowser(): Promise<string> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not on PATH: try the next name.
    }
  }
  const script = "import('@sparticuz/chromium').then(async (m) => process.stdout.write(await m.default.executablePath()))";
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
}
