/** The command line. `hub.mjs` has made sure that everything is installed and built. */
import { DataFolderBusy } from './data-lock.js';
import { NoProgram } from './embedded/ladder.js';
import { helpText } from './help.js';
import { PART_NAMES, type PartName } from './part-plan.js';
import { PartFailed } from './part-process.js';
import { PortsTaken } from './ports.js';
import { loadSettings, SettingsError } from './settings.js';

/** Runs a command and returns the exit code. Commands are loaded when needed: `--help` must not wait for a database driver. */
async function run(command: string | undefined, rest: readonly string[]): Promise<number | undefined> {
  if (command === undefined || command === 'help' || command === '--help' || rest.includes('--help')) {
    process.stdout.write(helpText());
    return 0;
  }
  const yes = rest.includes('--yes');
  switch (command) {
    case 'start': {
      const settings = loadSettings();
      if (rest.includes('--reset') && !(await (await import('./reset.js')).reset(settings, yes))) return 1;
      await (await import('./start.js')).start(settings);
      return 0;
    }
    case 'doctor':
      return (await import('./doctor.js')).doctor(loadSettings());
    case 'migrate':
      return (await import('./migrate.js')).migrateCommand(loadSettings());
    case 'local-model':
      return (await import('./local-model.js')).localModel(loadSettings(), yes);
    case 'simulator':
      return (await import('./simulator.js')).simulatorCommand(rest);
    case 'part': {
      const name = PART_NAMES.find((known): known is PartName => known === rest[0]);
      if (!name) return fail(`hub part needs one of ${PART_NAMES.join(', ')}.`);
      await (await import('./part.js')).runPart(name);
      return undefined;
    }
    default:
      return fail(`${command} is not a command; see --help.`);
  }
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}

/** Errors that a person can act on are told as they are; others with their stack. */
function describe(error: unknown): string {
  const expected = [SettingsError, DataFolderBusy, NoProgram, PartFailed, PortsTaken].some((kind) => error instanceof kind);
  if (!(error instanceof Error)) return String(error);
  return expected ? error.message : (error.stack ?? error.message);
}

run(process.argv[2], process.argv.slice(3)).then(
  (code) => {
    // A part goes on living; everything else ends here, whatever timers a library has left.
    if (code !== undefined) process.exit(code);
  },
  (error: unknown) => process.exit(fail(describe(error))),
);
