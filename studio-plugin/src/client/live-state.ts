/**
 * idle: nobody listens · connecting: the first attempt · live: events arrive · reconnecting: the stream broke ·
 * stale: it has been broken for a while, what is shown may be old · paused: the tab is hidden.
 */
export type LiveState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'stale' | 'paused';

export const STALE_AFTER_MS = 20_000;
/** the server sends a comment every 15 s: a stream that is silent for three of them is dead */
export const SILENCE_MS = 45_000;
