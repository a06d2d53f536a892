import { afterEach, describe, expect, test } from '@jest/globals';
import { Live } from './live.js';

/** A server of event streams that the test holds in its hand. */
class Streams {
  readonly opened: { url: string; lastEventId: string | null; send: (text: string) => void; drop: () => void }[] = [];
  fetch = ((url: string, init: RequestInit) => {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (c) => void (controller = c) });
    const close = (): void => {
      try {
        controller.close();
      } catch {
        // closed before
      }
    };
    init.signal?.addEventListener('abort', close);
    this.opened.push({
      url,
      lastEventId: new Headers(init.headers).get('last-event-id'),
      send: (text) => controller.enqueue(new TextEncoder().encode(text)),
      drop: close,
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  }) as unknown as typeof fetch;
}
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !holds(); i++) await new Promise((r) => setTimeout(r, 10));
  expect(holds()).toBe(true);
}
const event = (id: string, topic: string): string => `id: ${id}\nevent: changed\ndata: ${JSON.stringify({ topic, token: 1 })}\n\n`;

let live: Live;
let streams: Streams;
function start(): void {
  streams = new Streams();
  live = new Live({ baseUrl: 'http://hub', getToken: () => 'k', fetch: streams.fetch });
}
afterEach(() => live.pause());

describe('the live stream', () => {
  test('opens one connection for all topics, and tells each listener to read once it is open', async () => {
    start();
    const heard: string[] = [];
    live.subscribe('a', () => heard.push('a'));
    live.subscribe('b', () => heard.push('b'));
    await until(() => live.state === 'live');
    expect(streams.opened.map((s) => s.url)).toEqual(['http://hub/api/v1/live?topics=a%2Cb']);
    expect(heard).toEqual(['a', 'b']);
    streams.opened[0]?.send(event('e-1', 'b'));
    await until(() => heard.length === 3);
    expect(heard[2]).toBe('b');
  });

  test('resumes where it broke, without telling everyone to read again', async () => {
    start();
    let heard = 0;
    live.subscribe('a', () => heard++);
    await until(() => live.state === 'live');
    streams.opened[0]?.send(event('e-7', 'a'));
    await until(() => heard === 2);
    streams.opened[0]?.drop();
    await until(() => live.state === 'reconnecting');
    await until(() => live.state === 'live');
    expect(streams.opened[1]?.lastEventId).toBe('e-7');
    expect(heard).toBe(2);
  });

  test('passes a resync on, and pauses while nobody looks', async () => {
    start();
    let resyncs = 0;
    live.onResync(() => resyncs++);
    live.subscribe('a', () => undefined);
    await until(() => live.state === 'live');
    streams.opened[0]?.send('event: resync\ndata: {}\n\n');
    await until(() => resyncs === 1);
    live.pause();
    expect(live.state).toBe('paused');
    live.resume();
    expect(resyncs).toBe(2);
    await until(() => live.state === 'live');
    expect(streams.opened).toHaveLength(2);
  });

  test('ends when the last topic goes', async () => {
    start();
    const stop = live.subscribe('a', () => undefined);
    await until(() => live.state === 'live');
    stop();
    await until(() => live.state === 'idle');
  });
});
