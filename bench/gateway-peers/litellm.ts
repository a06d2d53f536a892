/** LiteLLM's proxy from a Python environment of its own; versions 1.82.7 and 1.82.8 carried a back door and are never taken. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '#cli/ports.js';
import { type Part, startProgram } from './processes.js';

const REQUIREMENT = 'litellm[proxy]!=1.82.7,!=1.82.8';

/** Installed once into `<cacheDir>/bench-litellm`. Throws when Python cannot install it. */
export async function startLitellm(cacheDir: string, upstream: number): Promise<Part & { version: string; key: string }> {
  const folder = join(cacheDir, 'bench-litellm');
  const program = join(folder, 'bin/litellm');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('python3', ['-m', 'venv', folder]);
    execFileSync(join(folder, 'bin/pip'), ['install', '-q', REQUIREMENT], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
  const version = execFileSync(join(folder, 'bin/pip'), ['show', 'litellm'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const config = join(folder, 'config.yaml');
  const model = { model: 'openai/up', api_base: `http://127.0.0.1:${upstream}/v1`, api_key: 'none' };
  // JSON is YAML
  writeFileSync(config, JSON.stringify({ model_list: [{ model_name: 'bench', litellm_params: model }] }));
  // it does not start without a key of its own, so this one check is on
  const key = `sk-${randomBytes(24).toString('hex')}`;
  const port = await freePort();
  const child = await startProgram(program, ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1'], {
    cwd: folder,
    env: { LITELLM_MASTER_KEY: key, LITELLM_LOG: 'ERROR', LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_TELEMETRY: 'False' },
    url: `http://127.0.0.1:${port}/health/liveliness`,
    withinMs: 120_000,
  });
  return { child, port, key, version: /^Version: (.+)$/m.exec(version)?.[1] ?? 'unknown' };
}
