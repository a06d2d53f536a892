import type { Operation } from '#adapters/providers/provider.js';
import type { Needs } from '#core/routing/needs.js';
import { badRequest } from '../http/refusal.js';
import { JsonFault, type Member, topLevelMembers } from '../json/scan.js';

/** What the hub needs to know of a body; the rest is the upstream's business. */
export interface ParsedCall {
  body: Buffer;
  members: readonly Member[];
  model: string;
  stream: boolean;
  /** the caller's own bound on the answer, in tokens */
  maxOutput: number | null;
  /** answers asked for */
  n: number;
  /** the caller wants the usage chunk of a stream */
  asksUsage: boolean;
  /** the dialect's own field for the end user */
  user: string | null;
  /** the request's own `metadata`, as far as its values are strings */
  metadata(): Record<string, string>;
}
const MAX_OUTPUT = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];
/** read here, so each may stand in the body only once: two readers must not see two values */
const READ = new Set(['model', 'stream', 'n', 'stream_options', 'user', 'metadata', 'tools', 'response_format', ...MAX_OUTPUT]);

/** Throws a `Refusal`. */
export function parseCall(body: Buffer): ParsedCall {
  const members = membersOf(body);
  const read = new Map<string, Member>();
  for (const m of members) {
    if (!READ.has(m.key)) continue;
    if (read.has(m.key)) throw badRequest('duplicate_member', `The body has "${m.key}" more than once.`, m.key);
    read.set(m.key, m);
  }
  const value = (name: string): unknown => {
    const m = read.get(name);
    return m && (JSON.parse(body.toString('utf8', m.start, m.end)) as unknown);
  };
  if (!read.has('model'))
    throw badRequest('missing_model', 'The body has no "model": name a deployment, a routing policy or <model id>@<alias>.', 'model');
  const model = value('model');
  if (typeof model !== 'string' || model === '') throw badRequest('invalid_model', '"model" must be the name of a deployment.', 'model');
  const stream = value('stream') === true;
  const limits = MAX_OUTPUT.map(value).filter((v) => typeof v === 'number' && Number.isFinite(v) && v >= 0) as number[];
  const metadata = (): Record<string, string> => {
    const given = value('metadata');
    if (typeof given !== 'object' || given === null) return {};
    return Object.fromEntries(Object.entries(given).filter((e): e is [string, string] => typeof e[1] === 'string'));
  };
  const user = read.has('user') ? value('user') : read.has('metadata') ? metadata()['user_id'] : undefined;
  const n = value('n');
  return {
    body,
    members,
    model,
    stream,
    maxOutput: limits.length > 0 ? Math.ceil(Math.max(...limits)) : null,
    n: typeof n === 'number' && Number.isSafeInteger(n) && n >= 1 ? n : 1,
    asksUsage: stream && (value('stream_options') as { include_usage?: unknown } | null | undefined)?.include_usage === true,
    user: typeof user === 'string' && user !== '' ? user.slice(0, 200) : null,
    metadata,
  };
}

function membersOf(body: Buffer): Member[] {
  try {
    return topLevelMembers(body);
  } catch (e) {
    if (e instanceof JsonFault) throw badRequest('malformed_json', `The body is not a JSON object: ${e.message}.`);
    throw e;
  }
}

/** What a model must be able to do for this request. Reads bytes only: looking for parts costs less than parsing a prompt. */
export function needsOf(call: ParsedCall, operation: Operation, inputTokens: number): Needs {
  const { body, members } = call;
  const given = (name: string): boolean => {
    const m = members.find((x) => x.key === name);
    return m !== undefined && !['null', '[]', '{}'].includes(body.toString('latin1', m.start, Math.min(m.end, m.start + 8)).trim());
  };
  const has = (text: string): boolean => body.includes(text);
  const format = members.find((m) => m.key === 'response_format' || m.key === 'text' || m.key === 'output_config');
  return {
    input: [
      'text',
      ...(has('"image_url"') || has('"input_image"') || has('"type":"image"') || has('"type": "image"') ? ['image'] : []),
      ...(has('"input_audio"') ? ['audio'] : []),
      ...(has('"input_file"') || has('"type":"document"') || has('"type": "document"') ? ['pdf'] : []),
    ],
    tools: given('tools') || given('functions'),
    structuredOutput: format !== undefined && body.subarray(format.start, format.end).includes('json_schema'),
    inputTokens,
    maxOutputTokens: operation === 'embedding' ? null : call.maxOutput,
  };
}
