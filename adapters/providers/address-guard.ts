/**
 * Whom the hub may connect to on a tenant's word. A connection's base URL is written by a tenant; without a guard it could name
 * the cloud's metadata service, the hub's own database or a neighbour. So the name is resolved once, every address it has is
 * judged, and the socket goes to an address that was judged: there is no second resolution that could answer otherwise.
 *
 * Guarded: calls, probes and saves of every connection, whatever its kind (a tenant may choose `local`). Not guarded: replicas
 * that a target of the operator has started. The two must not share a pool of sockets, even for the same origin.
 *
 * The operator's allow list (allow-list.ts) is the only way to an address that is not public. An installation on one machine
 * (listening on loopback only) allows `loopback,private`, so that a model server beside it just works; one that others can
 * reach allows nothing until its operator says so.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { AllowList } from './allow-list.js';
import { addressBytes, addressKind, type AddressKind } from './ip-address.js';

/** All addresses of a name, as `dns.lookup` with `all` gives them. */
export type Resolve = (
  name: string,
  options: { family?: number | 'IPv4' | 'IPv6' | undefined; hints?: number | undefined; all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The address is not one that the hub may connect to. No other attempt will fare better. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  constructor(message: string) {
    super(message);
    this.name = 'AddressRefused';
  }
}

const WHAT: Readonly<Record<Exclude<AddressKind, 'public'>, string>> = {
  loopback: 'an address of this machine',
  private: 'an address of a private network',
  shared: 'an address of a shared network (CGNAT)',
  'link-local': 'a link-local address',
  metadata: "a cloud's metadata service",
  multicast: 'a multicast address',
  reserved: 'a reserved address',
};

export class AddressGuard {
  private readonly list: AllowList;
  private readonly resolve: Resolve;

  /** @param allowed entries of the operator's list; throws for one that is none */
  constructor(allowed: readonly string[], resolve: Resolve = dnsLookup) {
    this.list = new AllowList(allowed);
    this.resolve = resolve;
  }

  /** Why the hub may not connect to this address, which `host` stands for; undefined when it may. */
  refusal(address: string, host = address): string | undefined {
    const bytes = addressBytes(address);
    if (!bytes) return `${host} has no IP address`;
    const kind = addressKind(bytes);
    if (this.list.permits(bytes, kind, hostOf(host)) || kind === 'public') return undefined;
    // not which address: names of an internal network are not for a tenant to look up here
    const what = `${host} ${host === address ? 'is' : 'leads to'} ${WHAT[kind]}`;
    return `${what}, which this hub does not connect to; its operator can allow it (MODELHUB_ALLOWED_HOSTS)`;
  }

  /**
   * The same for a URL, as far as it can be told without asking a resolver: for the form in which a connection is saved. A URL
   * parser has made `http://0x7f.1`, `http://2130706433` and `http://0177.0.0.1` into `127.0.0.1` by then.
   */
  refusalOfUrl(url: string): string | undefined {
    const host = hostOf(new URL(url).hostname);
    if (addressBytes(host)) return this.refusal(host);
    return host === 'localhost' || host.endsWith('.localhost') ? this.refusal('127.0.0.1', host) : undefined;
  }

  /** For undici's `connect`: sockets to permitted addresses only; fails with `AddressRefused` otherwise. `timeoutMs` is for connecting. */
  connector(timeoutMs: number): buildConnector.connector {
    const connect = buildConnector({ timeout: timeoutMs, lookup: this.lookup } as buildConnector.BuildOptions);
    return (options, callback) => {
      const host = hostOf(options.hostname);
      // a literal address never reaches a lookup
      const refused = addressBytes(host) ? this.refusal(host) : undefined;
      if (refused === undefined) connect(options, callback);
      else callback(new AddressRefused(refused), null);
    };
  }

  /** For single requests, as probes make them. Redirects are not followed. */
  agent(): Agent {
    return new Agent({ connect: this.connector(5_000), keepAliveTimeout: 1_000 });
  }

  /** One forbidden address among several is enough to refuse: which of them a socket takes is not ours to say. */
  private readonly lookup: LookupFunction = (name, options, done) => {
    this.resolve(name, { family: options.family, hints: options.hints, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const refused = addresses.map((a) => this.refusal(a.address, name)).find((r) => r !== undefined);
      const first = addresses[0];
      if (refused !== undefined || !first) return done(new AddressRefused(refused ?? `${name} has no address`), '', 0);
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/** Without brackets and the dot at the end, in small letters. */
const hostOf = (hostname: string): string =>
  hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
