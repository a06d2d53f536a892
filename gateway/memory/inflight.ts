/** Calls in flight, by revision of a route and by upstream address. */
export class Inflight {
  private readonly counts = new Map<string, number>();
  private readonly listeners: ((key: string, count: number) => void)[] = [];

  onChange(listener: (key: string, count: number) => void): void {
    this.listeners.push(listener);
  }
  count(key: string): number {
    return this.counts.get(key) ?? 0;
  }
  enter(key: string): void {
    this.set(key, this.count(key) + 1);
  }
  leave(key: string): void {
    this.set(key, this.count(key) - 1);
  }
  entries(): Iterable<[string, number]> {
    return this.counts.entries();
  }
  private set(key: string, n: number): void {
    if (n === 0) this.counts.delete(key);
    else this.counts.set(key, n);
    for (const listener of this.listeners) listener(key, n);
  }
}
/** A digest has no `#`, a route key neither. */
export const revisionKey = (routeKey: string, digest: string): string => `${routeKey}#${digest}`;
