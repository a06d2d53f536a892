/** Full jitter: a random wait up to a bound that doubles, so that many tabs do not come back at the same moment. */
export function backoffMs(attempt: number, random: () => number = Math.random, base = 250, max = 15_000): number {
  return Math.round((0.5 + random() / 2) * Math.min(max, base * 2 ** attempt));
}

/** Waits, or rejects at once when the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
