/** `hub doctor`: looks at machine and installation, and says what is wrong and what to do about it. */
import { type Check, type Finding } from './doctor/finding.js';
import { installationChecks } from './doctor/installation.js';
import { machineChecks } from './doctor/machine.js';
import { serverChecks } from './doctor/servers.js';
import type { Settings } from './settings.js';

/** Runs all checks and prints them; 1 when something is wrong. */
export async function doctor(
  settings: Settings,
  print: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<number> {
  let wrong = 0;
  for (const warning of settings.warnings) print(`note   ${warning}`);
  for (const check of [...machineChecks(settings), ...installationChecks(settings), ...serverChecks(settings)]) {
    const finding = await look(check);
    if (finding.state === 'wrong') wrong += 1;
    print(`${finding.state.padEnd(6)} ${check.name}: ${finding.text}`);
    if (finding.remedy) print(`       ${finding.remedy}`);
  }
  print('');
  print(wrong === 0 ? 'Nothing is wrong.' : `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong; each line above says what to do.`);
  return wrong === 0 ? 0 : 1;
}

/** A check that itself fails is a finding, not the end of the examination. */
async function look(check: Check): Promise<Finding> {
  try {
    return await check.look();
  } catch (error) {
    return { state: 'wrong', text: error instanceof Error ? error.message : String(error) };
  }
}
