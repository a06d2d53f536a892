import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { House } from '../gateway/clients/house.js';
import { SAID } from '../gateway/clients/models.js';

/** The examples of the guides, cut out of the pages and run as a reader would: in a shell, by node, by Python. */
const ROOT = join(__dirname, '../..');
const GUIDES = ['openai', 'anthropic', 'providers'];
const RUNNABLE = new Set(['sh', 'ts', 'python']);
interface Example {
  language: string;
  code: string;
}

/** Fenced blocks in front of which stands `<!-- example: name -->`. Throws for one that could run and says neither that nor why not. */
function examplesOf(guide: string): Map<string, Example> {
  const page = readFileSync(join(ROOT, `docs/guides/${guide}.md`), 'utf8');
  const found = new Map<string, Example>();
  const blocks = /(?:<!-- (example|not run): ([^>]+?) -->\n\n)?```(\w*)\n([\s\S]*?)\n```/g;
  for (const [, mark, name = '', language = '', code = ''] of page.matchAll(blocks)) {
    if (mark === 'example') {
      if (found.has(name)) throw new Error(`${guide}.md has two examples "${name}"`);
      found.set(name, { language, code });
    } else if (mark === undefined && RUNNABLE.has(language) && !code.startsWith('export '))
      throw new Error(`${guide}.md has a block that is neither marked as an example nor as not run:\n${code}`);
  }
  return found;
}

/** What each prints. The simulator's answers begin with these words. */
const WORDS = /amber birch cedar/;
const PRINTS: Readonly<Record<string, readonly (RegExp | string)[]>> = {
  'openai-chat-curl': [WORDS, '"object":"chat.completion"'],
  'openai-chat-ts': [WORDS, / \d+\n$/],
  'openai-chat-python': [WORDS, / \d+\n$/],
  'openai-stream-curl': [/"content":"amber "/, /data: \[DONE\]\n/],
  'openai-stream-ts': [WORDS, /\n\d+ tokens\n$/],
  'openai-stream-python': [WORDS],
  'openai-tools-ts': [SAID],
  'openai-responses-ts': [WORDS],
  'openai-embeddings-curl': [/"embedding":\[-?\d/, '"object":"list"'],
  'openai-models-curl': ['"id":"support-chat"', '"object":"list"'],
  'openai-headers-curl': [WORDS, /^x-modelhub-request-id: req_[0-9a-f]{32}/m, /^x-modelhub-deployment: support-chat/m],
  'openai-errors-ts': [/^model_not_found /],
  'anthropic-messages-curl': [WORDS, '"type":"message"'],
  'anthropic-messages-ts': [WORDS, / \d+\n$/],
  'anthropic-messages-python': [WORDS, / \d+\n$/],
  'anthropic-stream-curl': [/event: content_block_delta/, /event: message_stop/],
  'anthropic-stream-ts': [WORDS, /\n\d+ tokens\n$/],
  'anthropic-stream-python': [WORDS],
  'anthropic-tools-ts': [SAID],
  'anthropic-count-curl': [/"input_tokens":\d+/, /^x-modelhub-estimated: true/m],
  'anthropic-models-curl': ['"id":"support-claude"', '"has_more":false'],
  'anthropic-errors-ts': [/^404 .*nobody/],
  'simulator-profile-curl': ['"model":"my-model"', '"perTokenMs":10'],
  'simulator-invoice-curl': [/"lines":\[/, '"nanoUsd"'],
};

let house: House;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  house = await House.open('docs_examples');
  await house.deploy('support-chat', 'gpt');
  await house.deploy('search-embedding', 'gpt');
  await house.deploy('support-claude', 'claude');
  await house.deploy('support-agent', 'gpt-tools');
  env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    PYTHONIOENCODING: 'utf-8',
    ...{ OPENAI_BASE_URL: `${house.url}/v1`, OPENAI_API_KEY: house.key },
    ...{ ANTHROPIC_BASE_URL: house.url, ANTHROPIC_API_KEY: house.key, SIMULATOR_URL: house.simulator.url },
  };
});
afterAll(() => house.close());

async function run(program: string, args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd: ROOT, env, timeout: 60_000 })).stdout;
  } catch (e) {
    const { code, stderr } = e as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || code === 127)
      throw new Error(`the examples of the guides need bash, curl, node and python3; not found: ${program} ${stderr ?? ''}`, { cause: e });
    throw e;
  }
}
async function result({ language, code }: Example): Promise<string> {
  if (language === 'sh') return run('bash', ['-eu', '-o', 'pipefail', '-c', code]);
  if (language === 'python') return run('python3', ['-c', code]);
  const js = await transform(code, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } });
  return run(process.execPath, ['--input-type=module', '--eval', js.code]);
}

describe.each(GUIDES)('docs/guides/%s.md', (guide) => {
  const examples = examplesOf(guide);
  it.each([...examples.keys()])('%s', async (name) => {
    const printed = await result(examples.get(name) as Example);
    const expected = PRINTS[name];
    if (!expected) throw new Error(`nothing says what the example "${name}" prints`);
    for (const e of expected) {
      if (typeof e === 'string') expect(printed).toContain(e);
      else expect(printed).toMatch(e);
    }
  });
});

describe('the guides', () => {
  const all = GUIDES.flatMap((g) => [...examplesOf(g).keys()]);
  it('have every example that is expected here', () => expect(all.sort()).toEqual(Object.keys(PRINTS).sort()));
  it('say the same of headers and limits in both dialects', () => {
    const shared = (guide: string): string | undefined =>
      /<!-- headers: same in both guides -->([\s\S]+)<!-- end of headers -->/.exec(
        readFileSync(join(ROOT, `docs/guides/${guide}.md`), 'utf8'),
      )?.[1];
    expect(shared('openai')).toBeDefined();
    expect(shared('anthropic')).toBe(shared('openai'));
  });
});
