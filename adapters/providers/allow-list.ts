import { type AddressKind, type Block, blockOf, within } from './ip-address.js';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
const HOST = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);
/** what a host name of the list may lead to */
const BY_NAME: ReadonlySet<AddressKind> = new Set(['loopback', 'private', 'shared']);

/**
 * What an operator allows the hub to connect to beside public addresses. Entries: `loopback`; `private` (10/8, 172.16/12,
 * 192.168/16, fc00::/7); an address or a block (`100.64.0.0/10`); a host name or `*.suffix`, which may then have loopback,
 * private and shared (CGNAT) addresses. Link-local addresses need a block that has them, a metadata service its exact address.
 */
export class AllowList {
  private readonly words = new Set<string>();
  private readonly blocks: Block[] = [];
  private readonly hosts: string[] = [];

  /** Throws for an entry that is none of these. */
  constructor(entries: readonly string[]) {
    for (const entry of entries.map((e) => e.trim().toLowerCase())) {
      const block = blockOf(entry);
      if (entry === 'loopback' || entry === 'private') this.words.add(entry);
      else if (block) this.blocks.push(block);
      else if (HOST.test(entry) && !/^[\d.]+$/.test(entry)) this.hosts.push(entry);
      else throw new Error(`"${entry}" is neither loopback, private, an address, a block nor a host name without port`);
    }
  }

  /** @param host the name that led to the address, in small letters */
  permits(address: Uint8Array, kind: AddressKind, host: string): boolean {
    if (kind === 'public') return true;
    const blocks = this.blocks.filter((b) => within(address, b));
    if (kind === 'metadata') return blocks.some((b) => b.bits === address.length * 8);
    return blocks.length > 0 || this.words.has(kind) || (BY_NAME.has(kind) && this.names(host));
  }

  private names(host: string): boolean {
    return this.hosts.some((h) => (h.startsWith('*.') ? host.endsWith(h.slice(1)) : host === h));
  }
}

/** The list from a setting: entries by commas, `none` for an empty one. Throws as `AllowList` does. */
export function allowedHosts(text: string): string[] {
  if (text.trim() === 'none') return [];
  const entries = text.split(',').map((e) => e.trim());
  new AllowList(entries);
  return entries;
}
