import { useEffect, useRef, useState } from 'react';
import { useHub } from '../../app/hub-context.js';
import { ChatError, type ChatHead, streamChat } from './chat-stream.js';

export interface Run {
  state: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';
  /** as it has come so far */
  text: string;
  head: ChatHead | null;
  /** milliseconds in this browser, network included */
  firstMs: number | null;
  totalMs: number | null;
  finish: string | null;
  error: ChatError | null;
}
export interface Asked {
  gateway: string;
  environment: string;
  body: Record<string, unknown>;
}
const BEGUN: Run = { state: 'waiting', text: '', head: null, firstMs: null, totalMs: null, finish: null, error: null };

/** One call at a time; leaving the page stops it. */
export function useRun(): { run: Run | undefined; send: (asked: Asked) => void; stop: () => void } {
  const { session } = useHub();
  const [run, setRun] = useState<Run>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const send = (asked: Asked): void => {
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    const began = performance.now();
    const since = (): number => performance.now() - began;
    // a call that was replaced says nothing any more
    const patch = (change: (now: Run) => Partial<Run>): void => {
      if (abort.current === mine) setRun((now) => ({ ...(now ?? BEGUN), ...change(now ?? BEGUN) }));
    };
    setRun(BEGUN);
    streamChat({
      ...asked,
      key: session.key,
      signal: mine.signal,
      fetch: globalThis.fetch,
      onHead: (head) => patch(() => ({ head })),
      onText: (text) => patch((now) => ({ state: 'streaming', text: now.text + text, firstMs: now.firstMs ?? since() })),
    }).then(
      (finish) => patch(() => ({ state: 'done', finish, totalMs: since() })),
      (error: unknown) =>
        patch((now) =>
          mine.signal.aborted
            ? { state: 'stopped', totalMs: since() }
            : {
                state: 'failed',
                totalMs: since(),
                error: error instanceof ChatError ? error : new ChatError(String(error), null, now.head),
                head: now.head ?? (error instanceof ChatError ? error.head : null),
              },
        ),
    );
  };
  return { run, send, stop: () => abort.current?.abort() };
}
