import { isIPv4, isIPv6 } from 'node:net';

/** What an address is for, by the registries of special addresses (RFC 6890 and its updates). */
export type AddressKind = 'public' | 'loopback' | 'private' | 'shared' | 'link-local' | 'metadata' | 'multicast' | 'reserved';

/** A block of addresses: those whose first `bits` bits are those of `base`. */
export interface Block {
  base: Uint8Array;
  bits: number;
}

/**
 * The 4 or 16 bytes of an IP address; undefined for what is none. An IPv4 address inside IPv6 (mapped `::ffff:0:0/96`, or
 * reached over NAT64 `64:ff9b::/96`, RFC 6052) comes as the IPv4 address that the packet arrives at. Brackets and a zone are
 * ignored. Only the dotted form of four decimals is IPv4: `0x7f.1`, `017700000001` and their like are host names here, which
 * a resolver turns into an address that is then judged.
 */
export function addressBytes(text: string): Uint8Array | undefined {
  const plain = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (isIPv4(plain)) return Uint8Array.from(plain.split('.'), Number);
  if (!isIPv6(plain)) return undefined;
  const bytes = sixteen(plain);
  return within(bytes, MAPPED) || within(bytes, NAT64) ? bytes.slice(12) : bytes;
}

/** `10.0.0.0/8`, `fd00::/8`, or one address; undefined for what is neither. */
export function blockOf(text: string): Block | undefined {
  const [address = '', length, ...more] = text.split('/');
  const base = addressBytes(address);
  if (!base || more.length > 0) return undefined;
  if (length === undefined) return { base, bits: base.length * 8 };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return bits <= base.length * 8 ? { base, bits } : undefined;
}

export function within(address: Uint8Array, { base, bits }: Block): boolean {
  if (address.length !== base.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== base[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (((address[whole] ?? 0) ^ (base[whole] ?? 0)) & (0xff << (8 - rest))) === 0;
}

/** First match wins; an IPv6 address that nothing matches is not in use on the internet. */
export function addressKind(address: Uint8Array): AddressKind {
  for (const [block, kind] of KINDS) if (within(address, block)) return kind;
  return address.length === 4 ? 'public' : 'reserved';
}

function sixteen(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const hex = (a = '0', b = '0'): string => ((Number(a) << 8) | Number(b)).toString(16);
  const plain = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : text;
  const [head = '', tail] = plain.split('::');
  const groups = (s: string): number[] => (s === '' ? [] : s.split(':').map((g) => Number.parseInt(g, 16)));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const all = [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(all.flatMap((g) => [g >> 8, g & 0xff]));
}

const raw = (text: string, bits: number): Block => ({
  base: isIPv4(text) ? Uint8Array.from(text.split('.'), Number) : sixteen(text),
  bits,
});
const MAPPED = raw('::ffff:0:0', 96);
const NAT64 = raw('64:ff9b::', 96);
const KINDS: readonly (readonly [Block, AddressKind])[] = [
  // where clouds hand out credentials to whoever asks: AWS, GCP and most others; AWS over IPv6; Alibaba; Azure; Oracle
  [raw('169.254.169.254', 32), 'metadata'],
  [raw('169.254.170.2', 32), 'metadata'],
  [raw('fd00:ec2::254', 128), 'metadata'],
  [raw('100.100.100.200', 32), 'metadata'],
  [raw('168.63.129.16', 32), 'metadata'],
  [raw('192.0.0.192', 32), 'metadata'],
  [raw('127.0.0.0', 8), 'loopback'],
  [raw('10.0.0.0', 8), 'private'],
  [raw('172.16.0.0', 12), 'private'],
  [raw('192.168.0.0', 16), 'private'],
  [raw('100.64.0.0', 10), 'shared'],
  [raw('169.254.0.0', 16), 'link-local'],
  [raw('0.0.0.0', 8), 'reserved'],
  [raw('192.0.0.0', 24), 'reserved'],
  [raw('192.0.2.0', 24), 'reserved'],
  [raw('192.88.99.0', 24), 'reserved'],
  [raw('198.18.0.0', 15), 'reserved'],
  [raw('198.51.100.0', 24), 'reserved'],
  [raw('203.0.113.0', 24), 'reserved'],
  [raw('224.0.0.0', 4), 'multicast'],
  [raw('240.0.0.0', 4), 'reserved'],
  [raw('::1', 128), 'loopback'],
  [raw('fc00::', 7), 'private'],
  [raw('fe80::', 10), 'link-local'],
  [raw('ff00::', 8), 'multicast'],
  // tunnels that carry an IPv4 address of the sender's choice (Teredo, 6to4), ORCHID, documentation
  [raw('2001::', 23), 'reserved'],
  [raw('2001:db8::', 32), 'reserved'],
  [raw('2002::', 16), 'reserved'],
  [raw('3fff::', 20), 'reserved'],
  [raw('2000::', 3), 'public'],
];
