import { randomBytes } from 'node:crypto';
import { deploymentTopic, type LiveChange } from '#core/shared/live.js';
import type { Store } from '#store/kit/connect.js';
import { watchCollections, type Change } from '#store/kit/watch.js';

const KEPT = 2_000;
export interface LiveEvent extends LiveChange {
  n: number;
  tenant: string;
  scope: string;
}
/** Collections that are one topic as a whole. */
const TOPICS: Readonly<Record<string, string>> = {
  connections: 'connections',
  routingPolicies: 'routing',
  gatewaySettings: 'routing',
  limits: 'limits',
};
type Listener = (e: LiveEvent | 'resync') => void;

/** One watcher a process, fanned out in memory; the last events are kept so that a stream can resume without a gap. */
export class LiveHub {
  /** of this process: ids of another one cannot be resumed */
  readonly epoch = randomBytes(4).toString('hex');
  private n = 0;
  private readonly kept: LiveEvent[] = [];
  private readonly listeners = new Set<Listener>();
  private readonly watcher: { close(): Promise<void> };
  constructor(store: Store, onCatalog: () => void) {
    this.watcher = watchCollections(
      store,
      ['deployments', 'routeOverrides', 'offerings', 'modelVersions', 'modelAliases', 'governance', ...Object.keys(TOPICS)],
      (change) => this.take(change, onCatalog),
      () => {
        onCatalog();
        for (const l of this.listeners) l('resync');
      },
    );
  }
  listen(l: Listener): () => void {
    this.listeners.add(l);
    return () => this.listeners.delete(l);
  }
  /** Events after `id`, or undefined when they are not all here any more. */
  since(id: string): LiveEvent[] | undefined {
    const [epoch, n] = id.split('-');
    if (epoch !== this.epoch || !/^\d+$/.test(n ?? '')) return undefined;
    const from = Number(n);
    const oldest = this.kept[0]?.n ?? this.n + 1;
    return from + 1 >= oldest ? this.kept.filter((e) => e.n > from) : undefined;
  }
  last(): string {
    return `${this.epoch}-${this.n}`;
  }
  close(): Promise<void> {
    return this.watcher.close();
  }

  private take(c: Change, onCatalog: () => void): void {
    const tenant = c.id.slice(0, c.id.indexOf('/'));
    const rest = c.id.slice(tenant.length + 1);
    const scope = typeof c.doc?.['scope'] === 'string' ? c.doc['scope'] : '';
    if (c.collection === 'deployments' || c.collection === 'routeOverrides') {
      const [environment = '', name = ''] = rest.split('/');
      const token = Number(c.doc?.['token'] ?? 0);
      this.emit({ tenant, scope, topic: deploymentTopic(environment, name), token });
      return;
    }
    const topic = TOPICS[c.collection];
    if (topic !== undefined) this.emit({ tenant, scope, topic, token: 0 });
    else {
      onCatalog();
      this.emit({ tenant, scope, topic: 'catalog', token: 0 });
    }
  }
  private emit(e: Omit<LiveEvent, 'n'>): void {
    const event = { ...e, n: ++this.n };
    this.kept.push(event);
    if (this.kept.length > KEPT) this.kept.shift();
    for (const l of this.listeners) l(event);
  }
}
