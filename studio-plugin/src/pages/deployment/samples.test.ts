import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { curlSample, helloBody, pythonSample, type Sample, sdkSample } from './samples.js';

const NASTY = `It's "quoted"\n\\ back $HOME \`id\` — ü`;
const sample: Sample = {
  gateway: 'http://127.0.0.1:4311/',
  environment: 'production',
  embedding: false,
  body: { model: 'chat', messages: [{ role: 'user', content: NASTY }], temperature: 0.2, stream: true, stop: null },
};

/** What a program that got these arguments would see. */
function shellArguments(script: string): string[] {
  const echo = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; }; MODELHUB_KEY=mhk_1; ${script}`;
  return execFileSync('sh', ['-c', echo], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('a call as code', () => {
  test('curl sends exactly the body, whatever is in it', () => {
    const args = shellArguments(curlSample(sample));
    expect(args[0]).toBe('http://127.0.0.1:4311/v1/chat/completions');
    expect(args).toContain('Authorization: Bearer mhk_1');
    expect(JSON.parse(args.at(-1) ?? '')).toEqual(sample.body);
  });
  test('TypeScript holds exactly the body', () => {
    const literal = /create\((\{[\s\S]*\})\);/.exec(sdkSample(sample))?.[1] ?? '';
    // oxlint-disable-next-line typescript/no-implied-eval -- our own text, to see what a reader's program would see
    expect(new Function(`return ${literal}`)()).toEqual(sample.body);
    expect(sdkSample({ ...sample, body: helloBody('chat', false) })).toContain(`messages: [{ role: 'user', content: 'Hello' }],`);
  });
  test('Python writes its own words', () => {
    const text = pythonSample(sample);
    expect(text).toContain('    stream=True,');
    expect(text).toContain('    stop=None,');
    expect(text).toContain(`    messages=[{"role": "user", "content": ${JSON.stringify(NASTY)}}],`);
  });
  test('embeddings go elsewhere', () => {
    const embed = { ...sample, embedding: true, body: helloBody('vectors', true) };
    expect(curlSample(embed)).toContain('/v1/embeddings');
    expect(sdkSample(embed)).toContain('client.embeddings.create');
    expect(pythonSample(embed)).toContain('client.embeddings.create');
  });
});
