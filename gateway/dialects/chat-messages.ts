import { argumentsObject } from './exact-json.js';
import { boolean, compact, given, type Json, list, object, only, openaiAt as at, refuse, text } from './fields.js';

const CACHED = { cache_control: { type: 'ephemeral' } };
const breakpoint = (part: Json): Json => (given(part['prompt_cache_breakpoint']) ? CACHED : {});

const TEXT_PART = new Set(['type', 'text', 'prompt_cache_breakpoint']);
const IMAGE_PART = new Set(['type', 'image_url', 'prompt_cache_breakpoint']);
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** `data:` addresses become base64 sources, https addresses url sources. */
function image(part: Json, field: string): Json {
  only(part, IMAGE_PART, field);
  const o = object(part['image_url'], `${field}.image_url`);
  only(o, new Set(['url', 'detail']), `${field}.image_url`);
  if (given(o['detail']) && o['detail'] !== 'auto') refuse(`${field}.image_url.detail`);
  const url = text(o['url'], `${field}.image_url.url`);
  if (url.startsWith('https://')) return { type: 'image', source: { type: 'url', url }, ...breakpoint(part) };
  const found = /^data:([\w/+.-]+);base64,/.exec(url.slice(0, 100));
  if (!found?.[1] || !IMAGE_TYPES.has(found[1].toLowerCase()))
    refuse(`${field}.image_url.url`, 'must be an https address or base64 data of a JPEG, PNG, GIF or WebP image');
  const source = { type: 'base64', media_type: found[1].toLowerCase(), data: url.slice(found[0].length) };
  return { type: 'image', source, ...breakpoint(part) };
}

function textPart(part: Json, field: string): Json {
  only(part, TEXT_PART, field);
  return { type: 'text', text: text(part['text'], `${field}.text`), ...breakpoint(part) };
}

/** Content of a message as blocks; text stays one block. `images` where the role may have them. */
function blocks(content: unknown, field: string, images: boolean): Json[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return list(content, field).map((raw, i) => {
    const path = at(field, i);
    const part = object(raw, path);
    if (part['type'] === 'text') return textPart(part, path);
    if (images && part['type'] === 'image_url') return image(part, path);
    if (part['type'] === 'refusal' && !images) return { type: 'text', text: text(part['refusal'], `${path}.refusal`) };
    return refuse(`${path}.type`);
  });
}

function toolUse(raw: unknown, field: string): Json {
  const call = object(raw, field);
  only(call, new Set(['id', 'type', 'function', 'index']), field);
  if (given(call['type']) && call['type'] !== 'function') refuse(`${field}.type`);
  const f = object(call['function'], `${field}.function`);
  only(f, new Set(['name', 'arguments']), `${field}.function`);
  const input = argumentsObject(text(f['arguments'] ?? '', `${field}.function.arguments`));
  if (!input) refuse(`${field}.function.arguments`, 'must be the JSON text of an object for a model of this provider');
  return { type: 'tool_use', id: text(call['id'], `${field}.id`), name: text(f['name'], `${field}.function.name`), input };
}

function thinkingBlock(raw: unknown, field: string): Json {
  const b = object(raw, field);
  if (b['type'] !== 'thinking' && b['type'] !== 'redacted_thinking') refuse(`${field}.type`);
  return b;
}

const ASSISTANT = new Set(['role', 'content', 'tool_calls', 'refusal', 'reasoning_content', 'thinking_blocks']);

/**
 * `thinking_blocks` is what the hub itself gave out with the answer: signed, and put back first as Anthropic wants it.
 * `reasoning_content` is the same thinking as plain text. Anthropic takes thinking only with its signature and does without
 * that of earlier turns, so the text is left out: it is the model's own, not the caller's.
 */
function assistant(m: Json, field: string): Json[] {
  if (Array.isArray(m['annotations']) && m['annotations'].length === 0) delete m['annotations'];
  only(m, ASSISTANT, field);
  const thinking = given(m['thinking_blocks']) ? list(m['thinking_blocks'], `${field}.thinking_blocks`) : [];
  const signed = thinking.map((b, i) => thinkingBlock(b, at(`${field}.thinking_blocks`, i)));
  const said = given(m['content']) ? blocks(m['content'], `${field}.content`, false) : [];
  if (given(m['refusal'])) said.push({ type: 'text', text: text(m['refusal'], `${field}.refusal`) });
  const calls = given(m['tool_calls']) ? list(m['tool_calls'], `${field}.tool_calls`) : [];
  const used = calls.map((c, i) => toolUse(c, at(`${field}.tool_calls`, i)));
  // Anthropic refuses empty text, which is what OpenAI's clients put beside tool calls
  const content = [...signed, ...said.filter((b) => b['text'] !== ''), ...used];
  if (content.length === 0) refuse(`${field}.content`, 'must not be empty for a model of this provider');
  return content;
}

function toolResult(m: Json, field: string): Json {
  only(m, new Set(['role', 'content', 'tool_call_id']), field);
  const content = typeof m['content'] === 'string' ? m['content'] : blocks(m['content'], `${field}.content`, true);
  return { type: 'tool_result', tool_use_id: text(m['tool_call_id'], `${field}.tool_call_id`), content };
}

/**
 * The messages of a chat as Anthropic's `system` and turns. All system and developer messages go to `system` in their
 * order, as Anthropic's own OpenAI-compatible endpoint does ("hoisted"): a turn of the role `system` is known to its newest models only.
 * Results of tools and the user's words that follow become one user turn.
 */
export function turnsOf(messages: unknown): { system: Json[]; messages: Json[] } {
  const system: Json[] = [];
  const turns: { role: string; content: Json[] }[] = [];
  const add = (role: string, content: Json[]): void => {
    const last = turns.at(-1);
    if (last?.role === role && role === 'user') last.content.push(...content);
    else turns.push({ role, content });
  };
  const all = list(messages, 'messages');
  for (const [i, raw] of all.entries()) {
    const field = at('messages', i);
    const m = { ...object(raw, field) };
    switch (m['role']) {
      case 'system':
      case 'developer':
        only(m, new Set(['role', 'content']), field);
        system.push(...blocks(m['content'], `${field}.content`, false));
        break;
      case 'user':
        only(m, new Set(['role', 'content']), field);
        add('user', blocks(m['content'], `${field}.content`, true));
        break;
      case 'assistant':
        if (i === all.length - 1)
          refuse(field, 'is an answer of the assistant: this provider would go on with it instead of giving a new one');
        add('assistant', assistant(m, field));
        break;
      case 'tool':
        add('user', [toolResult(m, field)]);
        break;
      default:
        refuse(`${field}.role`);
    }
  }
  return { system, messages: turns };
}

const FUNCTION = new Set(['name', 'description', 'parameters', 'strict']);

/** A function as Anthropic's tool; one without parameters takes an empty object. */
export function toolOf(raw: unknown, field: string): Json {
  const tool = object(raw, field);
  if (tool['type'] !== 'function') refuse(`${field}.type`);
  only(tool, new Set(['type', 'function']), field);
  const f = object(tool['function'], `${field}.function`);
  only(f, FUNCTION, `${field}.function`);
  const schema = given(f['parameters']) ? object(f['parameters'], `${field}.function.parameters`) : { properties: {} };
  if ((schema['type'] ?? 'object') !== 'object') refuse(`${field}.function.parameters.type`, 'must be "object"');
  return compact({
    name: text(f['name'], `${field}.function.name`),
    description: given(f['description']) ? text(f['description'], `${field}.function.description`) : undefined,
    input_schema: { type: 'object', ...schema },
    strict: given(f['strict']) && boolean(f['strict'], `${field}.function.strict`) ? true : undefined,
  });
}
