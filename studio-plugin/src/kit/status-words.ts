export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'muted';
/** The one set of states for lists, nodes and timelines. */
export const STATUS = {
  live: { glyph: '●', word: 'live', tone: 'good' },
  rolling: { glyph: '◐', word: 'rolling out', tone: 'info' },
  paused: { glyph: '‖', word: 'paused', tone: 'warn' },
  degraded: { glyph: '▲', word: 'degraded', tone: 'warn' },
  failed: { glyph: '✕', word: 'failed', tone: 'bad' },
  draft: { glyph: '○', word: 'draft', tone: 'muted' },
  none: { glyph: '◌', word: 'no data', tone: 'muted' },
} as const satisfies Record<string, { glyph: string; word: string; tone: Tone }>;
export type StatusName = keyof typeof STATUS;

export interface Shown {
  name: StatusName;
  word: string;
}
const shown = (name: StatusName, word: string): Shown => ({ name, word });

/** How the words of the API are shown. */
export const PHASE_STATUS: Record<string, Shown> = {
  'rolling-out': shown('rolling', 'rolling out'),
  paused: shown('paused', 'paused'),
  live: shown('live', 'live'),
  failed: shown('failed', 'failed'),
  retiring: shown('rolling', 'retiring'),
  retired: shown('draft', 'retired'),
};
export const STEP_STATUS: Record<string, Shown> = {
  waiting: shown('draft', 'waiting'),
  running: shown('rolling', 'running'),
  done: shown('live', 'done'),
  failed: shown('failed', 'failed'),
  skipped: shown('none', 'skipped'),
};
export const OUTCOME_STATUS: Record<string, Shown> = {
  running: shown('rolling', 'running'),
  succeeded: shown('live', 'succeeded'),
  failed: shown('failed', 'failed'),
  aborted: shown('draft', 'aborted'),
  replaced: shown('draft', 'replaced'),
};
export const REVISION_STATUS: Record<string, Shown> = {
  candidate: shown('rolling', 'candidate'),
  stable: shown('live', 'stable'),
  standby: shown('draft', 'standby'),
  draining: shown('rolling', 'draining'),
  drained: shown('draft', 'drained'),
  failed: shown('failed', 'failed'),
};
export const REPLICA_STATUS: Record<string, Shown> = {
  starting: shown('rolling', 'starting'),
  ready: shown('live', 'ready'),
  restarting: shown('degraded', 'restarting'),
  failed: shown('failed', 'failed'),
  stopping: shown('rolling', 'stopping'),
};
export const MODEL_STATUS: Record<string, Shown> = {
  active: shown('live', 'active'),
  deprecated: shown('degraded', 'deprecated'),
  experimental: shown('draft', 'experimental'),
};
export const CALL_STATUS: Record<string, Shown> = {
  ok: shown('live', 'ok'),
  error: shown('failed', 'error'),
  aborted: shown('draft', 'aborted'),
  truncated: shown('degraded', 'truncated'),
  limited: shown('paused', 'limited'),
  refused: shown('failed', 'refused'),
  lost: shown('none', 'lost'),
};
/** One try of a call. */
export const TRY_STATUS: Record<string, Shown> = {
  answered: shown('live', 'answered'),
  failed: shown('failed', 'failed'),
  aborted: shown('draft', 'aborted'),
  hedged: shown('paused', 'overtaken'),
};
export const BREAKER_STATUS: Record<string, Shown> = {
  closed: shown('live', 'closed'),
  'half-open': shown('degraded', 'half-open'),
  open: shown('failed', 'open'),
};
/** An unknown word of a newer server is shown as it is. */
export const statusOf = (table: Record<string, Shown>, word: string): Shown => table[word] ?? shown('none', word);
