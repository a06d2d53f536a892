import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import OpenAI from 'openai';
import type { Translation } from '#adapters/providers/translator.js';
import { chatToMessageAt } from './chat-to-message.js';
import type { Json } from './fields.js';
import { messageToChat } from './message-to-chat.js';
import { wholeAsStream } from './whole-as-stream.js';

const HI = [{ role: 'user' as const, content: 'hi' }];
const toMessage = (body: Json = {}): Translation =>
  chatToMessageAt(() => 1_700_000_000_000)({ messages: HI, stream: true, ...body }, 'claude', {});
const toChat = (body: Json = {}): Translation =>
  messageToChat('max_tokens')({ messages: HI, max_tokens: 5, stream: true, ...body }, 'gpt', {});

function* cut(stream: string, sizes: readonly number[]): Generator<Buffer> {
  const bytes = Buffer.from(stream);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] as number;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
function through(t: Translation, stream: string, sizes: readonly number[] = [1 << 20]): { text: string; done: boolean } {
  const open = t.open();
  let text = '';
  for (const chunk of cut(stream, sizes)) text += open.push(chunk);
  text += open.end();
  return { text, done: open.done };
}
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
const answering =
  (text: string, type = 'text/event-stream', status = 200): typeof fetch =>
  async () =>
    new Response(text, { status, headers: { 'content-type': type } });
const openai = (text: string) => new OpenAI({ apiKey: 'x', baseURL: 'http://hub.test/v1', maxRetries: 0, fetch: answering(text) });
const anthropic = (text: string) => new Anthropic({ apiKey: 'x', baseURL: 'http://hub.test', maxRetries: 0, fetch: answering(text) });
const viaOpenai = (text: string) => openai(text).chat.completions.stream({ model: 'd', messages: HI }).finalChatCompletion();
const viaAnthropic = (text: string) => anthropic(text).messages.stream({ model: 'd', max_tokens: 5, messages: HI }).finalMessage();

const event = (e: Json & { type: string }): string => `event: ${e.type}\ndata: ${JSON.stringify(e)}\n\n`;
const start = (usage: Json): string =>
  event({
    type: 'message_start',
    message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', content: [], stop_reason: null, usage },
  });
const block = (index: number, content_block: Json, ...deltas: Json[]): string =>
  event({ type: 'content_block_start', index, content_block }) +
  deltas.map((delta) => event({ type: 'content_block_delta', index, delta })).join('') +
  event({ type: 'content_block_stop', index });
const json = (partial_json: string): Json => ({ type: 'input_json_delta', partial_json });

const CLAUDE = [
  start({ input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 1 }),
  event({ type: 'ping' }),
  block(
    0,
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: 'Überlegen 🧡' },
    { type: 'signature_delta', signature: 'sig' },
  ),
  block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'Grüße, ' }, { type: 'text_delta', text: '漢字 🧡' }),
  block(2, { type: 'tool_use', id: 't1', name: 'f', input: {} }, json(''), json('{"id":1234567890'), json('1234567890}')),
  block(3, { type: 'tool_use', id: 't2', name: 'g', input: {} }),
  event({
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { input_tokens: null, output_tokens: 42 },
  }),
  event({ type: 'message_stop' }),
].join('');

describe('Anthropic’s stream for OpenAI’s client', () => {
  const usage = { stream_options: { include_usage: true } };
  it('is what the client’s own accumulator reads', async () => {
    const { text, done } = through(toMessage(usage), CLAUDE);
    expect([done, text.endsWith('data: [DONE]\n\n')]).toEqual([true, true]);
    expect(await viaOpenai(text)).toMatchObject({
      id: 'msg_1',
      model: 'claude-x',
      created: 1_700_000_000,
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Grüße, 漢字 🧡',
            tool_calls: [
              { id: 't1', type: 'function', function: { name: 'f', arguments: '{"id":12345678901234567890}' } },
              { id: 't2', type: 'function', function: { name: 'g', arguments: '{}' } },
            ],
          },
        },
      ],
      usage: {
        prompt_tokens: 115,
        completion_tokens: 42,
        total_tokens: 157,
        prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 5 },
      },
    });
    expect(text).toContain('"reasoning_content":"Überlegen 🧡"');
    expect(text).toContain('"thinking_blocks":[{"type":"thinking","thinking":"Überlegen 🧡","signature":"sig"}]');
  });
  it('is the same in any cutting, with LF and CRLF', () => {
    const expected = through(toMessage(usage), CLAUDE).text;
    fc.assert(
      fc.property(sizes, fc.boolean(), (s, crlf) => {
        const stream = crlf ? CLAUDE.replaceAll('\n', '\r\n') : CLAUDE;
        expect(through(toMessage(usage), stream, s)).toEqual({ text: expected, done: true });
      }),
    );
  });
  it('has the usage chunk only when asked', () => {
    expect(through(toMessage(), CLAUDE).text).not.toContain('usage');
    expect(through(toMessage(usage), CLAUDE).text.match(/"usage":\{/g)).toHaveLength(1);
  });
  it('gives signed thinking out once and whole, to be sent back', async () => {
    const thought = (index: number, signature: string): string =>
      block(
        index,
        { type: 'thinking', thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: `t${index}` },
        { type: 'signature_delta', signature },
      );
    const end =
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } }) + event({ type: 'message_stop' });
    const redacted = block(1, { type: 'redacted_thinking', data: 'x' });
    const { text } = through(
      toMessage(),
      `${start({})}${thought(0, 'a')}${redacted}${thought(2, 'b')}${block(3, { type: 'text', text: 'so' })}${end}`,
    );
    const { message } = (await viaOpenai(text)).choices[0] as unknown as { message: Json };
    const thinking = [
      { type: 'thinking', thinking: 't0', signature: 'a' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'thinking', thinking: 't2', signature: 'b' },
    ];
    expect(message['thinking_blocks']).toEqual(thinking);
    const next = JSON.parse(toMessage({ messages: [...HI, message, ...HI] }).body.toString()) as { messages: Json[] };
    expect(next.messages[1]).toEqual({ role: 'assistant', content: [...thinking, { type: 'text', text: 'so' }] });
  });
  it('starts with the role', () => expect(through(toMessage(), CLAUDE).text.split('\n')[0]).toContain('"delta":{"role":"assistant"'));
  it('ends in the provider’s error, and says no more', async () => {
    const broken = `${start({ input_tokens: 1 })}${event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })}${CLAUDE}`;
    const { text, done } = through(toMessage(), broken);
    expect([done, text.includes('[DONE]'), text.match(/data: /g)?.length]).toEqual([false, false, 2]);
    await expect(viaOpenai(text)).rejects.toThrow('Overloaded');
  });
  it('ends in an error when the stream just ends', async () => {
    const { text, done } = through(toMessage(), CLAUDE.slice(0, CLAUDE.indexOf('event: message_stop')));
    expect(done).toBe(false);
    await expect(viaOpenai(text)).rejects.toThrow('broke off');
  });
  it('fails for what is no event of Anthropic’s', () => {
    expect(() => through(toMessage(), 'data: oops\n\n')).toThrow('the provider sent');
    expect(() => through(toMessage(), block(0, { type: 'server_tool_use' }))).toThrow('server_tool_use');
  });
});

const chunk = (delta: Json, finish_reason: string | null = null, rest: Json = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-x', choices: [{ index: 0, delta, finish_reason }], ...rest })}\n\n`;
const part = (index: number, args: string, id?: string, name?: string): Json => ({
  index,
  ...(id ? { id, type: 'function' } : {}),
  function: { ...(name ? { name } : {}), arguments: args },
});
const USAGE = `data: ${JSON.stringify({ id: 'c1', choices: [], usage: { prompt_tokens: 20, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 16 } } })}\n\n`;
const GPT = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ reasoning_content: 'Überlegen 🧡' }),
  chunk({ content: 'Grüße, ' }),
  chunk({ content: '漢字 🧡' }),
  chunk({ tool_calls: [part(0, '', 't1', 'f')] }),
  chunk({ tool_calls: [part(0, '{"id":1')] }),
  chunk({ tool_calls: [part(1, '{"b"', 't2', 'g')] }),
  chunk({ tool_calls: [part(0, '}'), part(1, ':2}')] }),
  chunk({}, 'tool_calls'),
  USAGE,
  'data: [DONE]\n\n',
].join('');

describe('OpenAI’s stream for Anthropic’s client', () => {
  it('is what the client’s own accumulator reads, with interleaved parallel calls', async () => {
    const { text, done } = through(toChat(), GPT);
    expect([done, text.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n')]).toEqual([true, true]);
    expect(await viaAnthropic(text)).toMatchObject({
      id: 'c1',
      model: 'gpt-x',
      content: [
        { type: 'thinking', thinking: 'Überlegen 🧡' },
        { type: 'text', text: 'Grüße, 漢字 🧡' },
        { type: 'tool_use', id: 't1', name: 'f', input: { id: 1 } },
        { type: 'tool_use', id: 't2', name: 'g', input: { b: 2 } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 4, output_tokens: 7, cache_read_input_tokens: 16 },
    });
  });
  it('has blocks that follow one another', () => {
    const marks = [...through(toChat(), GPT).text.matchAll(/"type":"content_block_(start|stop)","index":(\d)/g)].map(
      (m) => `${m[1]} ${m[2]}`,
    );
    expect(marks).toEqual(['start 0', 'stop 0', 'start 1', 'stop 1', 'start 2', 'stop 2', 'start 3', 'stop 3']);
  });
  it('is the same in any cutting, with LF and CRLF', () => {
    const expected = through(toChat(), GPT).text;
    fc.assert(
      fc.property(sizes, fc.boolean(), (s, crlf) => {
        const stream = crlf ? GPT.replaceAll('\n', '\r\n') : GPT;
        expect(through(toChat(), stream, s)).toEqual({ text: expected, done: true });
      }),
    );
  });
  it('takes a stream that ends without [DONE] after its reason, as some servers do', async () => {
    const { text, done } = through(toChat(), `${chunk({ content: 'a' })}${chunk({}, 'length')}`);
    expect(done).toBe(true);
    expect(await viaAnthropic(text)).toMatchObject({ stop_reason: 'max_tokens', content: [{ text: 'a' }] });
  });
  it('starts with the answer, not with what a server says about the prompt', async () => {
    const first = 'data: {"id":"","model":"","choices":[],"prompt_filter_results":[]}\n\n';
    const { text } = through(toChat(), `${first}${GPT}`);
    expect(text).toBe(through(toChat(), GPT).text);
  });
  it('says that a model refused', async () =>
    expect(await viaAnthropic(through(toChat(), `${chunk({ refusal: 'No.' })}${chunk({}, 'stop')}data: [DONE]\n\n`).text)).toMatchObject({
      stop_reason: 'refusal',
      content: [{ type: 'text', text: 'No.' }],
    }));
  it('goes from text to a call and back to text', async () => {
    const stream = `${chunk({ tool_calls: [part(0, '{}', 't1', 'f')] })}${chunk({ content: 'so' })}${chunk({}, 'stop')}`;
    expect(await viaAnthropic(through(toChat(), stream).text)).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'tool_use', input: {} },
        { type: 'text', text: 'so' },
      ],
    });
    expect(() => through(toChat(), `${stream}${chunk({ tool_calls: [part(0, '1')] })}`)).toThrow('after it was over');
  });
  it('ends in the provider’s error, or in one when the stream just ends', async () => {
    const failed = through(toChat(), `${chunk({ content: 'a' })}data: {"error":{"message":"no GPU left","type":"server_error"}}\n\n${GPT}`);
    expect([failed.done, failed.text.includes('message_stop')]).toEqual([false, false]);
    await expect(viaAnthropic(failed.text)).rejects.toThrow('no GPU left');
    const ended = through(toChat(), chunk({ content: 'a' }));
    expect(ended.done).toBe(false);
    await expect(viaAnthropic(ended.text)).rejects.toThrow('broke off');
    expect(through(toChat(), 'data: [DONE]\n\n').done).toBe(false);
  });
});

describe('an error for the client of the other dialect', () => {
  const failing = (text: string) => answering(text, 'application/json', 429);
  it('is the client’s own error', async () => {
    const forOpenai = toMessage().error(429, Buffer.from('{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'));
    const a = new OpenAI({ apiKey: 'x', baseURL: 'http://hub.test/v1', maxRetries: 0, fetch: failing(forOpenai) });
    await expect(a.chat.completions.create({ model: 'd', messages: HI })).rejects.toMatchObject({
      status: 429,
      type: 'rate_limit_error',
      message: '429 slow down',
    });
    const forAnthropic = toChat().error(429, Buffer.from('{"error":{"message":"no quota","code":"insufficient_quota"}}'));
    const b = new Anthropic({ apiKey: 'x', baseURL: 'http://hub.test', maxRetries: 0, fetch: failing(forAnthropic) });
    await expect(b.messages.create({ model: 'd', max_tokens: 1, messages: HI })).rejects.toMatchObject({
      status: 429,
      type: 'rate_limit_error',
      apiMessage: 'no quota',
    });
  });
});

describe('there and back', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const blocks = fc.record({
    text: fc.array(word, { maxLength: 4 }),
    tools: fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), input: fc.dictionary(word, word) }), { maxLength: 3 }),
    stop: fc.constantFrom('end_turn', 'max_tokens'),
    read: fc.nat({ max: 999 }),
    written: fc.nat({ max: 999 }),
  });
  it('a stream of any answer, cut anywhere, is the same answer after both translations', () =>
    fc.assert(
      fc.property(blocks, sizes, (b, s) => {
        const parts = b.text.map((text) => ({ type: 'text_delta', text }));
        const first = parts.length === 0 ? 0 : 1;
        const reason = b.tools.length > 0 && b.stop === 'end_turn' ? 'tool_use' : b.stop;
        const upstream = [
          start({ input_tokens: 3, cache_read_input_tokens: b.read, cache_creation_input_tokens: b.written, output_tokens: 1 }),
          first === 1 ? block(0, { type: 'text', text: '' }, ...parts) : '',
          ...b.tools.map((t, i) =>
            block(first + i, { type: 'tool_use', id: `t${i}`, name: t.name, input: {} }, json(JSON.stringify(t.input))),
          ),
          event({ type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 42 } }),
          event({ type: 'message_stop' }),
        ].join('');
        const chat = through(toMessage({ stream_options: { include_usage: true } }), upstream, s).text;
        const back = through(toChat(), chat, s).text;
        // not by a pattern: its line ends include U+2028, which stands in JSON strings as it is
        const lines = back.split('\n').filter((l) => l.startsWith('data: '));
        const events = lines.map((l) => JSON.parse(l.slice(6)) as Json & { delta?: Json; content_block?: Json; usage?: Json });
        const pieces = (kind: string, name: string) =>
          events
            .filter((e) => e.delta?.['type'] === kind)
            .map((e) => e.delta?.[name])
            .join('');
        expect(pieces('text_delta', 'text')).toBe(b.text.join(''));
        expect(pieces('input_json_delta', 'partial_json')).toBe(b.tools.map((t) => JSON.stringify(t.input)).join(''));
        expect(events.filter((e) => e.content_block?.['type'] === 'tool_use').map((e) => e.content_block?.['name'])).toEqual(
          b.tools.map((t) => t.name),
        );
        const delta = events.find((e) => e['type'] === 'message_delta');
        expect(delta).toMatchObject({
          delta: { stop_reason: reason },
          usage: { input_tokens: 3, cache_read_input_tokens: b.read, cache_creation_input_tokens: b.written, output_tokens: 42 },
        });
      }),
      { numRuns: 60 },
    ));
  it('a chat request through messages and back has the same conversation', () => {
    const turn = fc.record({ user: word, answer: word, args: fc.dictionary(word, word), result: word });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 4 }), word, (turns, last) => {
        const messages = [
          { role: 'system', content: 'Be brief.' },
          ...turns.flatMap((t, i) => [
            { role: 'user', content: t.user },
            {
              role: 'assistant',
              content: t.answer,
              tool_calls: [{ id: `c${i}`, type: 'function', function: { name: 'f', arguments: JSON.stringify(t.args) } }],
            },
            { role: 'tool', tool_call_id: `c${i}`, content: t.result },
            { role: 'assistant', content: t.answer },
          ]),
          { role: 'user', content: last },
        ];
        const there = JSON.parse(toMessage({ messages, max_tokens: 5 }).body.toString()) as Json;
        const back = JSON.parse(messageToChat('max_tokens')(there, 'gpt', {}).body.toString()) as Json;
        expect(back['messages']).toEqual(messages);
      }),
    );
  });
});

describe('a whole answer as a stream', () => {
  it('is read by OpenAI’s client', async () => {
    const whole = JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Hallo',
            tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
    const text = wholeAsStream('chat', whole, { stream_options: { include_usage: true } });
    expect(await viaOpenai(text)).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { content: 'Hallo', tool_calls: [{ id: 't', function: { arguments: '{}' } }] } }],
      usage: { total_tokens: 3 },
    });
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(wholeAsStream('chat', whole, {})).not.toContain('usage');
    expect(() => wholeAsStream('chat', '{}', {})).toThrow('the provider sent');
  });
  it('is read by Anthropic’s client', async () => {
    const content = [
      { type: 'thinking', thinking: 'Hm', signature: 's' },
      { type: 'text', text: 'Hallo' },
      { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
    ];
    const whole = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content,
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 2 },
    };
    const text = wholeAsStream('message', JSON.stringify(whole), {});
    expect(await viaAnthropic(text)).toMatchObject(whole);
    expect(() => wholeAsStream('message', '{}', {})).toThrow('the provider sent');
  });
});
