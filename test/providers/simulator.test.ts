/** The simulator as its callers see it: by the clients that people use, and by its invoice. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { request } from 'undici';
import type { Invoice, Line } from '#adapters/providers/simulator/invoice.js';
import { type Simulator, startSimulator } from '#adapters/providers/simulator/server.js';
import { until } from '../support/until.js';

type Report = ReturnType<Invoice['report']>;
let sim: Simulator;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  sim = await startSimulator({ port: 0, seed: 42 });
  openai = new OpenAI({ baseURL: `${sim.url}/v1`, apiKey: 'any', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: sim.url, apiKey: 'any', maxRetries: 0 });
});
afterAll(() => sim.stop());

let calls = 0;
/** A header that names the call, as the gateway sends it, and how to find its line. */
function named() {
  const id = `call-${++calls}`;
  const line = async (): Promise<Line> => {
    let found: Line | undefined;
    await until(`the line of ${id}`, async () => (found = (await invoice()).lines.find((l) => l.callId === id)) !== undefined);
    return found as unknown as Line;
  };
  return { options: { headers: { 'x-request-id': id } }, line };
}
const invoice = async (): Promise<Report> => (await (await fetch(`${sim.url}/simulator/invoice`)).json()) as Report;
const profile = async (model: string, patch: object): Promise<number> =>
  (await fetch(`${sim.url}/simulator/profile`, { method: 'POST', body: JSON.stringify({ model, ...patch }) })).status;
const messages = [{ role: 'user' as const, content: 'a question of some length, with ü and "quotes"' }];

describe("OpenAI's client", () => {
  it('reads a whole answer whose usage is what is charged', async () => {
    const { options, line } = named();
    await profile('mixed', { cacheReadShare: 0.5, reasoningShare: 0.25, outputTokens: { min: 40, max: 40 } });
    const answer = await openai.chat.completions.create({ model: 'mixed', messages, n: 2 }, options);
    expect(answer.choices.map((c) => [c.message.content?.split(' ').length, c.finish_reason])).toEqual([
      [31, 'stop'],
      [31, 'stop'],
    ]);
    const { tokens, exactKnown, outcome, nanoUsd } = await line();
    expect([exactKnown, outcome]).toEqual([true, 'answered']);
    expect(tokens).toMatchObject({ outputTokens: 60, reasoningTokens: 20 });
    expect(answer.usage).toMatchObject({
      prompt_tokens: tokens.inputTokens + tokens.cacheReadTokens,
      completion_tokens: 80,
      prompt_tokens_details: { cached_tokens: tokens.cacheReadTokens },
      completion_tokens_details: { reasoning_tokens: 20 },
    });
    expect(BigInt(nanoUsd)).toBe(BigInt(tokens.inputTokens) * 3_000n + BigInt(tokens.cacheReadTokens) * 300n + 80n * 15_000n);
  });
  it('reads a stream, with usage when it asks for it', async () => {
    for (const include_usage of [true, false]) {
      const { options, line } = named();
      const stream = await openai.chat.completions.create(
        { model: 'sim-ok', messages, stream: true, stream_options: { include_usage }, max_tokens: 5 },
        options,
      );
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      const text = chunks.map((c) => c.choices[0]?.delta.content ?? '').join('');
      expect(text.trim().split(' ')).toHaveLength(5);
      expect(chunks.flatMap((c) => c.choices).at(-1)?.finish_reason).toBe('length');
      const used = chunks.at(-1)?.usage;
      expect(used?.completion_tokens).toBe(include_usage ? 5 : undefined);
      expect(await line()).toMatchObject({ exactKnown: include_usage, stream: true, tokens: { outputTokens: 5 } });
    }
  });
  it('reads completions, responses, embeddings and models', async () => {
    const completion = await openai.completions.create({ model: 'sim-ok', prompt: 'Go on', max_tokens: 3 });
    expect(completion.choices[0]?.text.trim().split(' ')).toHaveLength(3);
    const response = await openai.responses.create({ model: 'sim-ok', input: 'Hello' });
    expect(response.output_text.trim().split(' ')).toHaveLength(response.usage?.output_tokens ?? -1);
    const embedding = await openai.embeddings.create({ model: 'sim-embedding', input: ['a', 'b', 'c'], dimensions: 8 });
    expect(embedding.data.map((d) => d.embedding.length)).toEqual([8, 8, 8]);
    const again = await openai.embeddings.create({
      model: 'sim-embedding',
      input: ['a', 'b', 'c'],
      dimensions: 8,
      encoding_format: 'float',
    });
    again.data.forEach((d, i) => d.embedding.forEach((v, k) => expect(v).toBeCloseTo(embedding.data[i]?.embedding[k] ?? Number.NaN, 6)));
    expect((await openai.models.list()).data.map((m) => m.id)).toContain('sim-ok');
  });
  it('reads a stream of responses', async () => {
    const { options, line } = named();
    const stream = openai.responses.stream({ model: 'sim-thinks', input: 'Hello' }, options);
    const final = await stream.finalResponse();
    const { tokens, exactKnown } = await line();
    expect(exactKnown).toBe(true);
    expect(final.usage).toMatchObject({
      output_tokens: tokens.outputTokens + tokens.reasoningTokens,
      output_tokens_details: { reasoning_tokens: tokens.reasoningTokens },
    });
    expect(final.output_text.trim().split(' ')).toHaveLength(tokens.outputTokens);
  });
  it.each([
    ['sim-ratelimit', 429, OpenAI.RateLimitError],
    ['sim-error', 500, OpenAI.InternalServerError],
    ['sim-overloaded', 503, OpenAI.InternalServerError],
    ['sim-quota', 402, OpenAI.APIError],
    ['sim-reset', undefined, OpenAI.APIConnectionError],
  ])('meets the fault of %s, and pays nothing', async (model, status, kind) => {
    const { options, line } = named();
    const failed = await openai.chat.completions.create({ model, messages }, options).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(kind);
    expect((failed as { status?: number }).status).toBe(status);
    if (status === 429) expect((failed as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('1');
    expect(await line()).toMatchObject({
      outcome: status === undefined ? 'reset' : 'refused',
      nanoUsd: '0',
      exactKnown: true,
      httpStatus: status ?? null,
    });
  });
  it.each(['sim-cut', 'sim-malformed'])('meets %s, and pays for what was generated without being told', async (model) => {
    for (const stream of [false, true]) {
      const { options, line } = named();
      const read = async (): Promise<void> => {
        const answer = await openai.chat.completions.create({ model, messages, stream }, options);
        if (stream) for await (const _ of answer as AsyncIterable<unknown>);
      };
      await expect(read()).rejects.toThrow();
      const l = await line();
      expect(l).toMatchObject({ outcome: model.slice(4), exactKnown: false, told: null });
      expect(l.tokens.inputTokens).toBeGreaterThan(0);
    }
  });
  it('is told what a request lacks', async () => {
    await expect(openai.chat.completions.create({ model: 'sim-ok' } as never)).rejects.toMatchObject({ status: 400 });
    const raw = await fetch(`${sim.url}/v1/chat/completions`, { method: 'POST', body: '{"model":' });
    expect([raw.status, await raw.json()]).toMatchObject([400, { error: { message: 'the body is not a JSON object' } }]);
    expect((await fetch(`${sim.url}/v1/nothing`)).status).toBe(404);
  });
});

describe("Anthropic's client", () => {
  it('reads a whole answer whose additive usage is what is charged', async () => {
    const { options, line } = named();
    const answer = await anthropic.messages.create({ model: 'sim-cached', max_tokens: 500, messages }, options);
    const { tokens, exactKnown } = await line();
    expect(exactKnown).toBe(true);
    expect(tokens.cacheReadTokens).toBeGreaterThan(0);
    expect(tokens.cacheWrite1hTokens).toBeGreaterThan(0);
    expect(answer).toMatchObject({
      role: 'assistant',
      stop_reason: 'end_turn',
      usage: {
        input_tokens: tokens.inputTokens,
        cache_read_input_tokens: tokens.cacheReadTokens,
        cache_creation_input_tokens: tokens.cacheWrite5mTokens + tokens.cacheWrite1hTokens,
        cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite5mTokens, ephemeral_1h_input_tokens: tokens.cacheWrite1hTokens },
        output_tokens: tokens.outputTokens,
      },
    });
  });
  it('reads a stream', async () => {
    const { options, line } = named();
    const final = await anthropic.messages.stream({ model: 'sim-cached', max_tokens: 7, messages }, options).finalMessage();
    const { tokens, exactKnown } = await line();
    expect(exactKnown).toBe(true);
    expect(final).toMatchObject({
      stop_reason: 'max_tokens',
      usage: { output_tokens: 7, cache_read_input_tokens: tokens.cacheReadTokens },
    });
    expect(final.content).toMatchObject([{ type: 'text', text: expect.stringMatching(/^(\w{5} ){7}$/) }]);
  });
  it('counts tokens as the call will, for nothing', async () => {
    const { options, line } = named();
    const counted = await anthropic.messages.countTokens({ model: 'sim-ok', messages }, options);
    const answer = await anthropic.messages.create({ model: 'sim-ok', max_tokens: 5, messages });
    expect(counted.input_tokens).toBe(answer.usage.input_tokens);
    expect(await line()).toMatchObject({ nanoUsd: '0', exactKnown: true });
  });
  it.each([
    ['sim-ratelimit', Anthropic.RateLimitError],
    ['sim-overloaded', Anthropic.InternalServerError],
  ])('meets the fault of %s', async (model, kind) => {
    await expect(anthropic.messages.create({ model, max_tokens: 5, messages })).rejects.toBeInstanceOf(kind);
  });
});

describe('the invoice', () => {
  it('is the same for the same seed, and not for another', async () => {
    const run = async (seed: number) => {
      const one = await startSimulator({ port: 0, seed });
      const client = new OpenAI({ baseURL: `${one.url}/v1`, apiKey: 'x', maxRetries: 0 });
      const outcomes: string[] = [];
      for (let i = 0; i < 40; i++) {
        const content = 'x'.repeat(i * 7);
        const answer = client.chat.completions.create({ model: 'sim-flaky', messages: [{ role: 'user', content }] });
        outcomes.push(await answer.then((a) => a.choices[0]?.message.content ?? '').catch((e: Error) => e.constructor.name));
      }
      const report = one.invoice.report(seed, 0);
      await one.stop();
      return JSON.stringify([outcomes, report.lines]);
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
  });
  it('knows a cut stream to the token when every frame says what was used, in both dialects', async () => {
    await profile('cut-told', { faults: { cut: 1 }, continuousUsage: true, outputTokens: { min: 30, max: 30 } });
    for (const path of ['/v1/chat/completions', '/v1/messages'])
      for (let i = 0; i < 10; i++) {
        const { options, line } = named();
        const body = { model: 'cut-told', messages, stream: true, max_tokens: 30, stream_options: { include_usage: true } };
        const answer = await request(sim.url + path, { method: 'POST', headers: options.headers, body: JSON.stringify(body) });
        let text = '';
        const read = async (): Promise<void> => {
          for await (const chunk of answer.body) text += String(chunk);
        };
        await expect(read()).rejects.toThrow();
        const counts = [...text.matchAll(/"(?:completion|output)_tokens":(\d+)/g)].map((m) => Number(m[1]));
        const l = await line();
        expect(l).toMatchObject({ outcome: 'cut', exactKnown: true, tokens: { outputTokens: counts.at(-1) } });
        expect(text.match(/"(text|content)":"[a-z]{5} "/g)?.length ?? 0).toBe(counts.at(-1));
      }
  });
  it('charges a caller that leaves for what was generated by then, and says that it cannot know it', async () => {
    await profile('slowly', { perTokenMs: 15, outputTokens: { min: 200, max: 200 }, continuousUsage: true });
    const { options, line } = named();
    const stream = await openai.chat.completions.create({ model: 'slowly', messages, stream: true }, options);
    let seen = 0;
    for await (const chunk of stream) {
      seen = chunk.usage?.completion_tokens ?? seen;
      if (seen === 3) stream.controller.abort();
    }
    const l = await line();
    expect(l).toMatchObject({ outcome: 'aborted', exactKnown: false });
    expect(l.tokens.outputTokens).toBeGreaterThanOrEqual(3);
    expect(l.tokens.outputTokens).toBeLessThan(200);
    expect(l.told).toEqual(l.tokens);
  });
  it('charges a whole answer that is left for what it had grown to', async () => {
    const { options, line } = named();
    const leave = AbortSignal.timeout(150);
    await expect(openai.chat.completions.create({ model: 'slowly', messages }, { ...options, signal: leave })).rejects.toThrow();
    const l = await line();
    expect(l).toMatchObject({ outcome: 'aborted', exactKnown: false, told: null, httpStatus: null });
    expect(l.tokens.outputTokens).toBeLessThan(200);
  });
  it('sums its lines, of which none is missing', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        openai.chat.completions.create({ model: 'sim-flaky', messages, n: 1 + (i % 3) }).catch(() => undefined),
      ),
    );
    await until('all calls have ended', async () => (await invoice()).open === 0);
    const { lines, totals, linesDropped } = await invoice();
    const sum = (list: Line[]) => String(list.reduce((nano, l) => nano + BigInt(l.nanoUsd), 0n));
    expect(linesDropped).toBe(0);
    expect(totals['all']).toMatchObject({ calls: lines.length, nanoUsd: sum(lines) });
    expect(totals['exactKnown']).toMatchObject({ nanoUsd: sum(lines.filter((l) => l.exactKnown)) });
    expect(lines.map((l) => l.n)).toEqual(lines.map((_, i) => i + 1));
  });
  it('refuses a profile that makes no sense, in words', async () => {
    expect(await profile('x', { faults: { cut: 2 } })).toBe(400);
    expect(await profile('x', { nonsense: 1 })).toBe(400);
    expect((await fetch(`${sim.url}/simulator/profile`, { method: 'POST', body: 'x' })).status).toBe(400);
  });
});
