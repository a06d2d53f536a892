import { crc32 } from 'node:zlib';
import { UNKNOWN_YET } from '#core/metric/blank.js';
import type { UsageEvent } from '#core/metric/schema.js';

/** An event with the walls it stands behind. */
export type JournalEvent = UsageEvent & { tenant: string; scope: string };
/** `s` before the upstream is called, `e` before the answer ends. Both carry all that is known by then. */
export interface JournalEntry {
  k: 's' | 'e';
  event: JournalEvent;
}

/**
 * `crc32 json\n`: a torn or damaged line is told from a whole one. What is null or an empty list is left out, which halves
 * the line, and with it what is written, read and parsed for each call; `decodeLine` puts it back. Written member by member,
 * because this runs twice a call: a loop over the names costs four times as much.
 */
export function encodeLine({ k, event: e }: JournalEntry): string {
  const json =
    `{"k":"${k}","event":{"id":${quoted(e.id)},"at":${quoted(e.at)},"tenant":${quoted(e.tenant)},"scope":${quoted(e.scope)}` +
    `,"environment":${quoted(e.environment)},"deployment":${quoted(e.deployment)},"revision":${quoted(e.revision)}` +
    `,"modelId":${quoted(e.modelId)},"modelVersion":${quoted(e.modelVersion)},"provider":${quoted(e.provider)}` +
    `,"key":${quoted(e.key)},"operation":"${e.operation}","stream":${e.stream},"purpose":${quoted(e.purpose)},"status":"${e.status}"` +
    text(',"policy":', e.policy) +
    text(',"connection":', e.connection) +
    text(',"user":', e.user) +
    figure(',"httpStatus":', e.httpStatus) +
    text(',"error":', e.error) +
    text(',"finishReason":', e.finishReason) +
    figure(',"inputTokens":', e.inputTokens) +
    figure(',"cacheReadTokens":', e.cacheReadTokens) +
    figure(',"cacheWrite5mTokens":', e.cacheWrite5mTokens) +
    figure(',"cacheWrite1hTokens":', e.cacheWrite1hTokens) +
    figure(',"outputTokens":', e.outputTokens) +
    figure(',"reasoningTokens":', e.reasoningTokens) +
    figure(',"inputAudioTokens":', e.inputAudioTokens) +
    figure(',"outputAudioTokens":', e.outputAudioTokens) +
    figure(',"imageTokens":', e.imageTokens) +
    text(',"usageSource":', e.usageSource) +
    figure(',"cost":', e.cost) +
    text(',"priceVersion":', e.priceVersion) +
    figure(',"latencyMs":', e.latencyMs) +
    figure(',"firstByteMs":', e.firstByteMs) +
    figure(',"overheadMs":', e.overheadMs) +
    figure(',"attempts":', e.attempts) +
    (e.tries.length === 0 ? '' : `,"tries":${JSON.stringify(e.tries)}`) +
    text(',"routeReason":', e.routeReason) +
    text(',"workflow":', e.workflow) +
    text(',"run":', e.run) +
    text(',"node":', e.node) +
    text(',"trace":', e.trace) +
    '}}';
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}
const quoted = (s: string): string => (NEEDS_ESCAPE.test(s) ? JSON.stringify(s) : `"${s}"`);
/** quote, backslash, control characters, and what is not ASCII (JSON.stringify knows about lone surrogates) */
const NEEDS_ESCAPE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const text = (name: string, value: string | null): string => (value === null ? '' : name + quoted(value));
const figure = (name: string, value: number | null): string => (value === null ? '' : name + String(value));

/** The JSON of one line without its newline; undefined when the line is damaged. */
function whole(line: string): string | undefined {
  const json = line.slice(9);
  return line[8] === ' ' && crc32(json).toString(16).padStart(8, '0') === line.slice(0, 8) ? json : undefined;
}
/** The entry of one line without its newline, also of a line that has every field; undefined when the line is damaged. */
export function decodeLine(line: string): JournalEntry | undefined {
  const json = whole(line);
  if (json === undefined) return undefined;
  const entry = JSON.parse(json) as JournalEntry;
  const event = entry.event as Record<string, unknown>;
  for (const key of BLANKS) if (event[key] === undefined) event[key] = key === 'tries' ? [] : UNKNOWN_YET[key];
  return entry;
}
/** The call of an undamaged start line, whose other fields its reader has no use for; undefined for any other line. */
export function startedCall(line: string): string | undefined {
  if (!line.startsWith(START, 9) || whole(line) === undefined) return undefined;
  const from = 9 + START.length;
  const id = line.slice(from, line.indexOf('"', from));
  return id.includes('\\') ? decodeLine(line)?.event.id : id;
}
const START = '{"k":"s","event":{"id":"';
const BLANKS = Object.keys(UNKNOWN_YET) as (keyof typeof UNKNOWN_YET)[];

/** What becomes of a call whose process died: it may have cost, nobody knows what; its bound stands in the start line already. */
export const lostEvent = (start: JournalEvent): JournalEvent => ({
  ...start,
  status: 'lost',
  error: 'the gateway process ended during the call',
});
