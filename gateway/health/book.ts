import { Breaker, type BreakerState } from '#core/routing/breaker.js';
import type { LimitSeen } from '#core/routing/headroom.js';
import { type Health, newHealth } from '#core/routing/health.js';

/** What this gateway has seen of one candidate: a model behind a connection, or a replica. */
export interface Seen {
  readonly name: string;
  readonly health: Health;
  readonly breaker: Breaker;
  /** what the provider said last of its own limits */
  limit: LimitSeen | null;
}
const MOST = 5_000;

/** Health and breaker by candidate. What belongs to an address or credential that has changed is forgotten. */
export class HealthBook {
  private readonly pages = new Map<string, Seen & { of: object | undefined }>();

  /** @param of the record that the candidate depends on (its connection); another one means a new page */
  of(name: string, of?: object): Seen {
    let page = this.pages.get(name);
    if (!page || page.of !== of) {
      if (this.pages.size >= MOST) this.forgetOldest();
      page = { name, of, health: newHealth(), breaker: new Breaker(), limit: null };
      this.pages.set(name, page);
    }
    return page;
  }
  all(): Iterable<Seen> {
    return this.pages.values();
  }
  private forgetOldest(): void {
    const idle = [...this.pages.values()].filter((p) => p.health.inflight === 0);
    idle.sort((a, b) => (a.health.seenAt ?? 0) - (b.health.seenAt ?? 0));
    for (const p of idle.slice(0, Math.ceil(MOST / 10))) this.pages.delete(p.name);
  }
}

/** For the metrics: every breaker there is, by connection (with its tenant) and model. */
export function* breakersOf(book: HealthBook): Generator<{ connection: string; model: string; state: BreakerState }> {
  const now = Date.now();
  for (const { name, breaker } of book.all()) {
    const at = name.indexOf('#');
    yield { connection: name.slice(0, at), model: name.slice(at + 1), state: breaker.state(now) };
  }
}
