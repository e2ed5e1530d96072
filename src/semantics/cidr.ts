/** An IPv4 or IPv6 network. */
export interface Cidr {
  readonly family: 4 | 6;
  /** The address as a number, host bits included. */
  readonly address: bigint;
  /** Prefix length: 0 to 32 or 128. */
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Parses an address. Undefined for anything Kubernetes refuses: leading zeros, zones, IPv4-mapped IPv6. */
export function parseAddress(text: string): Cidr | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** Parses `address/prefix`. Undefined when either part is wrong; host bits are kept, see `hasHostBits`. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const prefix = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(prefix)) return undefined;
  return Number(prefix) > BITS[address.family] ? undefined : { ...address, prefix: Number(prefix) };
}

/** Whether the address names more than the network: `10.0.0.1/8`. The API server refuses these since 1.36. */
export function hasHostBits(cidr: Cidr): boolean {
  return network(cidr, cidr.prefix) << hostBits(cidr) !== cidr.address;
}

/** Whether every address of `inner` is in `outer`; networks of different families never contain each other. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  return network(outer, outer.prefix) === network(inner, outer.prefix);
}

/** The shortest usual spelling (RFC 5952 for IPv6), host bits cleared. */
export function formatCidr(cidr: Cidr): string {
  const address = network(cidr, cidr.prefix) << hostBits(cidr);
  return `${cidr.family === 4 ? formatV4(address) : formatV6(address)}/${cidr.prefix}`;
}

/** The network of one address: `10.0.0.1` is `10.0.0.1/32`. Undefined when it isn't an address. */
export function hostCidr(address: string): string | undefined {
  const parsed = parseAddress(address);
  return parsed === undefined ? undefined : formatCidr(parsed);
}

function hostBits(cidr: Cidr): bigint {
  return BigInt(BITS[cidr.family] - cidr.prefix);
}

function network(cidr: Cidr, prefix: number): bigint {
  return cidr.address >> BigInt(BITS[cidr.family] - prefix);
}

function parseV4(text: string): Cidr | undefined {
  const parts = text.split('.');
  const valid = parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  if (!valid) return undefined;
  return { family: 4, address: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n), prefix: 32 };
}

function parseV6(text: string): Cidr | undefined {
  const groups = groupsOf(dottedTailToHex(text)?.split('::') ?? []);
  if (groups?.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) !== true) return undefined;
  const address = groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return address >> 32n === 0xffffn ? undefined : { family: 6, address, prefix: 128 };
}

/** The eight groups of an address split at `::`, which stands for at least one group of zeros. */
function groupsOf(halves: readonly string[]): readonly string[] | undefined {
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  if (halves.length !== 2 || missing < 1) return undefined;
  return [...head, ...Array<string>(missing).fill('0'), ...tail];
}

/** `64:ff9b::1.2.3.4` spells its last two groups as IPv4. */
function dottedTailToHex(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const colon = text.lastIndexOf(':');
  const tail = parseV4(text.slice(colon + 1));
  if (tail === undefined) return undefined;
  return `${text.slice(0, colon + 1)}${(tail.address >> 16n).toString(16)}:${(tail.address & 0xffffn).toString(16)}`;
}

function formatV4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.');
}

/** RFC 5952: the longest run of at least two zero groups, the first among equals, becomes `::`. */
function formatV6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const runs = groups.map((_, start) => zeroRun(groups, start));
  const longest = Math.max(...runs);
  if (longest < 2) return groups.join(':');
  const start = runs.indexOf(longest);
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + longest).join(':')}`;
}

function zeroRun(groups: readonly string[], start: number): number {
  const end = groups.findIndex((group, index) => index >= start && group !== '0');
  return (end < 0 ? groups.length : end) - start;
}
