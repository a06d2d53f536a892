import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { ProblemError, problemOf } from './problem.js';
import { SILENCE_MS } from './live-state.js';

export interface StreamRequest {
  url: string;
  token: string | undefined;
  lastEventId: string | undefined;
  fetch: typeof fetch;
  signal: AbortSignal;
  onOpen: () => void;
  onEvent: (event: EventSourceMessage) => void;
}

/** Reads one server-sent event stream over fetch until it ends; EventSource could not send the Authorization header. */
export async function readStream(r: StreamRequest): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([r.signal, silence.signal]);
  // taken off the object: the browser's fetch refuses to be called as a method of anything but the window
  const { fetch } = r;
  const response = await fetch(r.url, {
    headers: {
      accept: 'text/event-stream',
      ...(r.token === undefined ? {} : { authorization: `Bearer ${r.token}` }),
      ...(r.lastEventId === undefined ? {} : { 'last-event-id': r.lastEventId }),
    },
    signal,
  });
  if (!response.ok) throw await problemOf(response);
  if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
    throw new TypeError('The live stream did not answer with events');
  r.onOpen();
  const parser = createParser({ onEvent: r.onEvent });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
      parser.feed(value);
    }
  } finally {
    clearTimeout(watchdog);
    reader.cancel().catch(() => undefined);
  }
}

/** A key that is not accepted will not be accepted a second later either. */
export const isFinal = (error: unknown): boolean => error instanceof ProblemError && (error.status === 401 || error.status === 403);
