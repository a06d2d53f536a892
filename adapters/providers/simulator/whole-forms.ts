/** Answers in one piece, in each dialect. */
import type { Ask } from './ask.js';
import { draw } from './draw.js';
import { type Plan, chatUsage, messageUsage, responseUsage, usedAt } from './usage.js';

const WORDS = 'amber birch cedar delta ember flint grain heath inlet jetty knoll larch maple north ocean plain'.split(' ');
const ROUND = WORDS.map((word) => `${word} `).join('');
/** Every token of text is a word of five letters and a space. */
export const wordAt = (k: number): string => `${WORDS[k % WORDS.length]} `;
export const textOf = (tokens: number): string => ROUND.repeat(Math.ceil(tokens / WORDS.length)).slice(0, tokens * 6);

/** What an answer is about: names and times that its frames repeat. */
export interface Subject {
  ask: Ask;
  plan: Plan;
  id: string;
  /** seconds since 1970 */
  created: number;
  seed: number;
}

export const STOP_REASON = { stop: 'end_turn', length: 'max_tokens' } as const;

/** The body of a successful answer that does not stream. */
export function wholeAnswer(s: Subject): object {
  const { ask, plan, id, created } = s;
  const { model } = ask;
  const used = usedAt(plan, plan.text, ask.n);
  const text = textOf(plan.text);
  switch (ask.operation) {
    case 'chat': {
      const message = { role: 'assistant', content: text, refusal: null, annotations: [] };
      const choices = each(ask.n, (index) => ({ index, message, logprobs: null, finish_reason: plan.finish }));
      return { id: `chatcmpl-${id}`, object: 'chat.completion', created, model, choices, usage: chatUsage(used), service_tier: 'default' };
    }
    case 'completion': {
      const choices = each(ask.n, (index) => ({ text, index, logprobs: null, finish_reason: plan.finish }));
      return { id: `cmpl-${id}`, object: 'text_completion', created, model, choices, usage: chatUsage(used) };
    }
    case 'response':
      return responseObject(s, plan.finish === 'stop' ? 'completed' : 'incomplete', [outputItem(s, text)], responseUsage(used));
    case 'message':
      return messageObject(s, [{ type: 'text', text }], STOP_REASON[plan.finish], messageUsage(used));
    case 'countTokens':
      return { input_tokens: plan.input.inputTokens };
    case 'embedding': {
      const tokens = plan.input.inputTokens;
      const data = each(ask.inputs, (index) => ({ object: 'embedding', index, embedding: vector(s, index) }));
      return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
    }
  }
}

export const messageObject = (s: Subject, content: object[], stop: string | null, usage: object) => ({
  id: `msg_${s.id}`,
  type: 'message',
  role: 'assistant',
  model: s.ask.model,
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage,
});

export const outputItem = (s: Subject, text: string) => ({
  id: `msg_${s.id}`,
  type: 'message',
  status: s.plan.finish === 'stop' ? 'completed' : 'incomplete',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});

export const responseObject = (s: Subject, status: string, output: object[], usage: object | null) => ({
  id: `resp_${s.id}`,
  object: 'response',
  created_at: s.created,
  status,
  error: null,
  incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
  instructions: null,
  metadata: {},
  model: s.ask.model,
  output,
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  usage,
});

/** A unit vector of 32-bit numbers, as a list or in base64 as OpenAI's client asks for. */
function vector({ ask, seed }: Subject, index: number): number[] | string {
  const values = Float32Array.from({ length: ask.dimensions }, (_, i) => draw(seed, ask.inputBytes, index, i) * 2 - 1);
  const length = Math.hypot(...values) || 1;
  const unit = values.map((v) => v / length);
  return ask.base64 ? Buffer.from(unit.buffer).toString('base64') : [...unit];
}

function each<T>(n: number, make: (index: number) => T): T[] {
  const out: T[] = [];
  for (let i = 0; i < n; i++) out.push(make(i));
  return out;
}
