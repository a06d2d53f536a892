/**
 * What of a call's time was the hub's own: all of it but the wait for the client's bytes, for upstreams, and between tries.
 * Times are of the performance clock, ms.
 */
export class Overhead {
  private own = 0;
  private since: number | undefined;
  constructor(startedAt: number) {
    this.since = startedAt;
  }
  /** of the time since the last mark, this much was waiting */
  waits(ms: number): void {
    this.own -= ms;
  }
  /** an upstream has the call now */
  sent(at: number): void {
    if (this.since !== undefined) this.own += at - this.since;
    this.since = undefined;
  }
  /** the call is with the hub again */
  back(at: number): void {
    this.since ??= at;
  }
  get ms(): number {
    return Math.max(0, this.own);
  }
}
