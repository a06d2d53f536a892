import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { redactPart } from '#core/payload/part.js';
import { Redactor } from '#gateway/payload/redactor.js';

/** The thread that redacts: what it gives, and what becomes of a job when it ends. */
const MORTAL = join(__dirname, 'support/mortal-thread.cjs');
const said: string[] = [];
let redactor: Redactor;
const begin = (file = MORTAL): Redactor =>
  (redactor = new Redactor(file, (level, message, fields) => void said.push(`${level} ${message} ${String(fields?.['reason'])}`)));
const part = (text: string) => ({ text, bytes: text.length, cut: false });
const job = (text: string) => ({ request: part(text), answer: part('{"to":"ben@example.com"}'), maxBytes: 1_000 });

afterEach(async () => {
  await redactor.stop();
  said.length = 0;
});

it('gives what the rules give', async () => {
  begin();
  for (const text of ['mail ann@example.com', '{"n":"4111 1111 1111 1111"}', '']) {
    const { request, answer } = await redactor.redact(job(text));
    expect(request).toEqual(redactPart(part(text), 1_000));
    expect(answer).toEqual({ text: '{"to":"[EMAIL]"}', bytes: 24, truncated: false });
  }
  expect(said).toEqual([]);
});
it.each([
  ['exit', 'the thread that redacts has ended'],
  ['throw', 'a fault'],
])('%s: the job is lost, the next one is not, and the log says why', async (how, why) => {
  begin();
  await redactor.redact(job('first'));
  await expect(redactor.redact(job(`${how} now`))).rejects.toThrow(why);
  expect((await redactor.redact(job('ann@example.com'))).request.text).toBe('[EMAIL]');
  expect(said).toEqual([expect.stringMatching(/^error payloads: the thread that redacts has ended/)]);
});
it('rejects each job when there is no such file', async () => {
  begin('/nowhere/thread.js');
  for (let n = 0; n < 2; n++) await expect(redactor.redact(job('a'))).rejects.toThrow('Cannot find module');
});
it('a stop ends a job that never would, and is silent', async () => {
  begin();
  const lost = redactor.redact(job('hang now'));
  lost.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await redactor.stop();
  await expect(lost).rejects.toThrow('the gateway stops');
  await expect(redactor.redact(job('a'))).rejects.toThrow('the gateway stops');
  expect(said).toEqual([]);
});
