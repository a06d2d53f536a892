/**
 * `npm test`: sets itself up, runs every check and every test, and ends with the line `N passed, N failed`.
 * `--unit` runs the unit tests only. A stage that fails does not stop the later ones.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies, nodeProblem, ROOT } from './lib/setup.mjs';
import { BUILD_STAGE, runStage, staticStages } from './lib/stages.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
const unitOnly = process.argv.includes('--unit');
const count = { passed: 0, failed: 0 };

function add(passed) {
  count[passed ? 'passed' : 'failed'] += 1;
}

function finish() {
  say('');
  say(`${count.passed} passed, ${count.failed} failed`);
  process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
}

/** Time that jest gets to end after its report is written; longer means that a test has left something running. */
const LEAVE_WITHIN_MS = 20_000;

/** Runs jest; resolves with its exit code, or `undefined` when it had to be ended. */
function jestProcess(args, report) {
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  // jest prints its JSON to stdout too, which nobody wants to read; people read stderr.
  const child = spawn(process.execPath, [jest, ...args], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve) => {
    let reportedAt;
    const timer = setInterval(() => {
      if (reportedAt === undefined && existsSync(report)) reportedAt = Date.now();
      if (reportedAt !== undefined && Date.now() - reportedAt > LEAVE_WITHIN_MS) {
        clearInterval(timer);
        child.kill('SIGKILL');
        resolve(undefined);
      }
    }, 500);
    child.once('exit', (code) => {
      clearInterval(timer);
      resolve(code ?? 1);
    });
  });
}

async function runJest() {
  const folder = mkdtempSync(join(tmpdir(), 'modelhub-jest-'));
  const report = join(folder, 'report.json');
  const code = await jestProcess(['--json', `--outputFile=${report}`, ...(unitOnly ? ['--selectProjects=unit'] : [])], report);
  try {
    if (!existsSync(report)) {
      say(`FAILED jest ended with code ${code} and left no report`);
      add(false);
      return;
    }
    countTests(JSON.parse(readFileSync(report, 'utf8')));
    if (code === undefined) {
      say('FAILED jest did not end by itself: a test has left something running');
      add(false);
    } else if (code !== 0 && count.failed === 0) add(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(report) {
  for (const file of report.testResults) {
    // A file that could not even be loaded has no tests to count, and is a failure all the same.
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) add(false);
    for (const { status, fullName } of file.assertionResults) {
      // A skipped test proves nothing: what cannot run here has to fail.
      if (status !== 'passed' && status !== 'failed') say(`FAILED ${status}: ${fullName}`);
      add(status === 'passed');
    }
  }
}

const problem = nodeProblem() ?? ensureDependencies(say);
if (problem) {
  say(problem);
  add(false);
} else {
  if (!unitOnly) for (const stage of [...staticStages(), BUILD_STAGE]) add(runStage(stage));
  await runJest();
}
finish();
