import type { Member } from './scan.js';

/** Two names of one thing: a default for one must not stand beside the caller's other. */
const SAME: Record<string, string> = { max_tokens: 'max_completion_tokens', max_completion_tokens: 'max_tokens' };

/**
 * The body for the upstream: the caller's bytes, with another `model` and with defaults for what the caller left out.
 * Every other byte stays as it came.
 * @param members what `topLevelMembers` found in `body`; `model` is among them
 */
export function upstreamBody(body: Buffer, members: readonly Member[], model: string, defaults: Readonly<Record<string, unknown>>): Buffer {
  const target = members.find((m) => m.key === 'model');
  if (!target) throw new Error('a body without model has no upstream form');
  const given = new Set(members.map((m) => m.key));
  const added = Object.entries(defaults)
    .filter(([key]) => key !== 'model' && !given.has(key) && !(SAME[key] !== undefined && given.has(SAME[key])))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`)
    .join('');
  const brace = body.indexOf(0x7b) + 1;
  return Buffer.concat([
    body.subarray(0, brace),
    Buffer.from(added),
    body.subarray(brace, target.start),
    Buffer.from(JSON.stringify(model)),
    body.subarray(target.end),
  ]);
}
