import type { Member } from './scan.js';

/** Two names of one thing: a default for one must not stand beside the caller's other. */
const SAME: Record<string, string> = { max_tokens: 'max_completion_tokens', max_completion_tokens: 'max_tokens' };

/**
 * The body for the upstream: the caller's bytes, with another `model`, with defaults for what the caller left out, and with
 * the wish for a stream's usage. Every other byte stays as it came.
 * @param members what `topLevelMembers` found in `body`; `model` is among them
 */
export function upstreamBody(
  body: Buffer,
  members: readonly Member[],
  model: string,
  defaults: Readonly<Record<string, unknown>>,
  askForUsage = false,
): Buffer {
  const given = new Set(members.map((m) => m.key));
  let added = '';
  for (const key in defaults)
    if (key !== 'model' && !given.has(key) && !(SAME[key] !== undefined && given.has(SAME[key])))
      added += `${JSON.stringify(key)}:${JSON.stringify(defaults[key])},`;
  const changed: { at: Member; text: string }[] = [{ at: named(members, 'model'), text: JSON.stringify(model) }];
  if (askForUsage && given.has('stream_options')) {
    const at = named(members, 'stream_options');
    const options = JSON.parse(body.toString('utf8', at.start, at.end)) as object | null;
    changed.push({ at, text: JSON.stringify({ ...options, include_usage: true }) });
  } else if (askForUsage) added += '"stream_options":{"include_usage":true},';

  const brace = body.indexOf(0x7b) + 1;
  const parts: Buffer[] = [body.subarray(0, brace), Buffer.from(added)];
  let from = brace;
  for (const { at, text } of changed.sort((a, b) => a.at.start - b.at.start)) {
    parts.push(body.subarray(from, at.start), Buffer.from(text));
    from = at.end;
  }
  parts.push(body.subarray(from));
  return Buffer.concat(parts);
}

function named(members: readonly Member[], key: string): Member {
  const found = members.find((m) => m.key === key);
  if (!found) throw new Error(`a body without ${key} has no upstream form`);
  return found;
}
