import type { EventSourceMessage } from 'eventsource-parser';
import { z } from 'zod';
import { backoffMs, sleep } from './backoff.js';
import { type LiveState, STALE_AFTER_MS } from './live-state.js';
import { isFinal, readStream } from './live-stream.js';
import { queryString } from './query-string.js';

export interface LiveOptions {
  baseUrl: string;
  getToken: () => string | undefined | Promise<string | undefined>;
  fetch?: typeof fetch;
}
const change = z.object({ topic: z.string(), token: z.number() });
type Listener = () => void;

/**
 * The live stream of this tab: one connection, whatever the number of topics. A listener hears "read again" and nothing
 * else; it also hears it when the stream opens without a place to resume from, because what came before is unknown.
 */
export class Live {
  readonly #options: LiveOptions;
  readonly #topics = new Map<string, Set<Listener>>();
  readonly #resync = new Set<Listener>();
  readonly #watchers = new Set<Listener>();
  #state: LiveState = 'idle';
  #brokenSince: number | undefined;
  #lastEventId: string | undefined;
  #paused = false;
  #connection: AbortController | undefined;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #staleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get state(): LiveState {
    return this.#state;
  }
  onState(listener: Listener): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }
  /** Called when everything must be read again: the server's buffer no longer reaches back, or the tab was hidden. */
  onResync(listener: Listener): () => void {
    this.#resync.add(listener);
    return () => this.#resync.delete(listener);
  }

  subscribe(topic: string, listener: Listener): () => void {
    const listeners = this.#topics.get(topic) ?? new Set();
    if (listeners.size === 0) this.#reconnectSoon();
    this.#topics.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#topics.get(topic) !== listeners) return;
      this.#topics.delete(topic);
      this.#reconnectSoon();
    };
  }

  pause(): void {
    this.#paused = true;
    this.#disconnect();
    this.#set(this.#topics.size === 0 ? 'idle' : 'paused');
  }
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#reconnectSoon();
    for (const listener of this.#resync) listener();
  }
  /** Another key, or none: the old place in the stream means nothing any more. */
  reset(): void {
    this.#lastEventId = undefined;
    this.#reconnectSoon();
  }

  /** A page change drops some topics and adds others within one tick: one new connection, not several. */
  #reconnectSoon(): void {
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => {
      this.#disconnect();
      if (this.#paused) return;
      if (this.#topics.size === 0) return this.#set('idle');
      this.#connection = new AbortController();
      void this.#run(this.#connection.signal);
    }, 30);
  }
  #disconnect(): void {
    clearTimeout(this.#restart);
    this.#connection?.abort();
    this.#connection = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (this.#state !== 'live') this.#set(this.#brokenSince === undefined ? 'connecting' : this.#broken());
      try {
        const token = await this.#options.getToken();
        await readStream({
          url: `${this.#options.baseUrl}/api/v1/live${queryString({ topics: [...this.#topics.keys()].join(',') })}`,
          token,
          lastEventId: this.#lastEventId,
          fetch: this.#options.fetch ?? fetch,
          signal,
          onOpen: () => {
            attempt = 0;
            this.#opened();
          },
          onEvent: (event) => this.#receive(event),
        });
      } catch (error) {
        if (signal.aborted) return;
        if (isFinal(error)) return this.#set('stale');
      }
      if (signal.aborted) return;
      this.#brokenSince ??= Date.now();
      this.#set(this.#broken());
      this.#staleTimer ??= setTimeout(() => this.#brokenSince !== undefined && this.#set('stale'), STALE_AFTER_MS);
      await sleep(backoffMs(attempt), signal).catch(() => undefined);
    }
  }

  #opened(): void {
    this.#brokenSince = undefined;
    clearTimeout(this.#staleTimer);
    this.#staleTimer = undefined;
    this.#set('live');
    if (this.#lastEventId === undefined) for (const listeners of this.#topics.values()) for (const listener of listeners) listener();
  }
  #receive(event: EventSourceMessage): void {
    if (event.id !== undefined) this.#lastEventId = event.id;
    if (event.event === 'resync') for (const listener of this.#resync) listener();
    if (event.event !== 'changed') return;
    const parsed = change.safeParse(JSON.parse(event.data));
    if (parsed.success) for (const listener of this.#topics.get(parsed.data.topic) ?? []) listener();
  }

  #broken(): LiveState {
    return Date.now() - (this.#brokenSince ?? Date.now()) > STALE_AFTER_MS ? 'stale' : 'reconnecting';
  }
  #set(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#watchers) listener();
  }
}
