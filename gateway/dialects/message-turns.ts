import { stringify } from './exact-json.js';
import { anthropicAt as at, boolean, compact, given, isObject, type Json, list, object, only, refuse, text } from './fields.js';

const TEXT_BLOCK = new Set(['type', 'text', 'cache_control']);

/** Text blocks as one text. Chat templates of many servers know only text here, so the blocks are joined by line feeds. */
export function joined(content: unknown, field: string): string {
  if (typeof content === 'string') return content;
  return list(content, field)
    .map((raw, i) => textBlock(object(raw, at(field, i)), at(field, i)))
    .join('\n');
}

function textBlock(b: Json, field: string): string {
  if (b['type'] !== 'text') refuse(`${field}.type`);
  const { citations, ...rest } = b;
  if (Array.isArray(citations) && citations.length > 0) refuse(`${field}.citations`);
  only(rest, TEXT_BLOCK, field);
  return text(b['text'], `${field}.text`);
}

function imagePart(b: Json, field: string): Json {
  only(b, new Set(['type', 'source', 'cache_control']), field);
  const source = object(b['source'], `${field}.source`);
  if (source['type'] === 'url') return { type: 'image_url', image_url: { url: text(source['url'], `${field}.source.url`) } };
  if (source['type'] !== 'base64') refuse(`${field}.source.type`);
  const type = text(source['media_type'], `${field}.source.media_type`);
  return { type: 'image_url', image_url: { url: `data:${type};base64,${text(source['data'], `${field}.source.data`)}` } };
}

/**
 * A tool's result. Chats have neither errors nor images there: an error is said in the text, and images follow as the
 * user's, with the id of the call they belong to.
 */
function toolResult(b: Json, field: string): { message: Json; images: Json[] } {
  only(b, new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']), field);
  const id = text(b['tool_use_id'], `${field}.tool_use_id`);
  const failed = given(b['is_error']) && boolean(b['is_error'], `${field}.is_error`);
  const content = typeof b['content'] === 'string' ? [{ type: 'text', text: b['content'] }] : list(b['content'] ?? [], `${field}.content`);
  const words: string[] = [];
  const images: Json[] = [];
  for (const [i, raw] of content.entries()) {
    const path = at(`${field}.content`, i);
    const part = object(raw, path);
    if (part['type'] === 'image') images.push(imagePart(part, path));
    else words.push(textBlock(part, path));
  }
  const said = `${failed ? 'Error: ' : ''}${words.join('\n')}`;
  const message = { role: 'tool', tool_call_id: id, content: said };
  return {
    message,
    images: images.length === 0 ? [] : [{ type: 'text', text: `Images in the result of the tool call ${id}:` }, ...images],
  };
}

function user(content: unknown, field: string): Json[] {
  if (typeof content === 'string') return [{ role: 'user', content }];
  const results: Json[] = [];
  const parts: Json[] = [];
  for (const [i, raw] of list(content, field).entries()) {
    const path = at(field, i);
    const b = object(raw, path);
    if (b['type'] === 'tool_result') {
      const { message, images } = toolResult(b, path);
      results.push(message);
      parts.push(...images);
    } else if (b['type'] === 'image') parts.push(imagePart(b, path));
    else parts.push({ type: 'text', text: textBlock(b, path) });
  }
  if (parts.length === 0) return results;
  const content1 = parts.length === 1 && parts[0]?.['type'] === 'text' ? parts[0]['text'] : parts;
  return [...results, { role: 'user', content: content1 }];
}

const TOOL_USE = new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller']);

function toolCall(b: Json, field: string): Json {
  only(b, TOOL_USE, field);
  if (isObject(b['caller']) && b['caller']['type'] !== 'direct') refuse(`${field}.caller`);
  const input = object(b['input'] ?? {}, `${field}.input`);
  const f = { name: text(b['name'], `${field}.name`), arguments: stringify(input) };
  return { id: text(b['id'], `${field}.id`), type: 'function', function: f };
}

/** Thinking goes back under the name that OpenAI-compatible reasoning servers use; what only Claude can read does not. */
function assistant(content: unknown, field: string): Json {
  if (typeof content === 'string') return { role: 'assistant', content };
  const words: string[] = [];
  const thoughts: string[] = [];
  const calls: Json[] = [];
  for (const [i, raw] of list(content, field).entries()) {
    const path = at(field, i);
    const b = object(raw, path);
    if (b['type'] === 'tool_use') calls.push(toolCall(b, path));
    else if (b['type'] === 'thinking') thoughts.push(text(b['thinking'], `${path}.thinking`));
    else words.push(textBlock(b, path));
  }
  return compact({
    role: 'assistant',
    content: words.length === 0 && calls.length > 0 ? null : words.join(''),
    reasoning_content: thoughts.length === 0 ? undefined : thoughts.join(''),
    tool_calls: calls.length === 0 ? undefined : calls,
  });
}

/** Anthropic's system prompt and turns as the messages of a chat. A turn with tool results becomes several messages. */
export function chatMessages(system: unknown, turns: unknown): Json[] {
  const out: Json[] = given(system) ? [{ role: 'system', content: joined(system, 'system') }] : [];
  const all = list(turns, 'messages');
  for (const [i, raw] of all.entries()) {
    const field = at('messages', i);
    const m = object(raw, field);
    only(m, new Set(['role', 'content']), field);
    if (m['role'] === 'user') out.push(...user(m['content'], `${field}.content`));
    else if (m['role'] === 'system') out.push({ role: 'system', content: joined(m['content'], `${field}.content`) });
    else if (m['role'] === 'assistant') {
      if (i === all.length - 1) refuse(field, 'is the beginning of an answer, which the provider of this model does not continue');
      out.push(assistant(m['content'], `${field}.content`));
    } else refuse(`${field}.role`);
  }
  return out;
}

const TOOL = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control', 'eager_input_streaming']);

/** A tool of the caller's own. Tools that Anthropic runs or trained its models on have no counterpart. */
export function functionOf(raw: unknown, field: string): Json {
  const tool = object(raw, field);
  if (given(tool['type']) && tool['type'] !== 'custom') refuse(`${field}.type`);
  const { allowed_callers, defer_loading, ...rest } = tool;
  if (given(allowed_callers) && JSON.stringify(allowed_callers) !== '["direct"]') refuse(`${field}.allowed_callers`);
  if (defer_loading === true) refuse(`${field}.defer_loading`);
  only(rest, TOOL, field);
  const f = compact({
    name: text(tool['name'], `${field}.name`),
    description: given(tool['description']) ? text(tool['description'], `${field}.description`) : undefined,
    parameters: object(tool['input_schema'], `${field}.input_schema`),
    strict: given(tool['strict']) && boolean(tool['strict'], `${field}.strict`) ? true : undefined,
  });
  return { type: 'function', function: f };
}
