import { PUBLIC_TENANT } from '#core/shared/scope.js';
import type { KnownOffering, Tables } from './state.js';

/** The catalog as each tenant has it: its own offering, else the public one under its governance. Stored ids are `<tenant>/<id>`. */
export class Catalog {
  private readonly tables: Pick<Tables, 'offerings' | 'governance'>;
  /** public offerings that a tenant has decided about, merged when first asked for */
  private readonly governed = new Map<string, KnownOffering>();

  constructor(tables: Pick<Tables, 'offerings' | 'governance'>) {
    this.tables = tables;
  }
  of(tenant: string, modelId: string): KnownOffering | undefined {
    const key = `${tenant}/${modelId}`;
    const own = this.tables.offerings.get(key);
    if (own) return own;
    const seeded = this.tables.offerings.get(`${PUBLIC_TENANT}/${modelId}`);
    const decision = seeded && this.tables.governance.get(key);
    if (!decision) return seeded;
    const merged = this.governed.get(key) ?? { ...seeded, ...decision };
    this.governed.set(key, merged);
    return merged;
  }
  /** A record of either feed has changed: the few that are merged are made again when next asked for. */
  changed(): void {
    this.governed.clear();
  }
}
