import { parseAddress, parseCidr } from '../semantics/cidr.ts';
import type { Cidr } from '../semantics/cidr.ts';

/** Addresses of one family, from the first to the last, both included. */
export interface Span {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Spans in ascending order, IPv4 first, that neither overlap nor touch. */
export type AddressSet = readonly Span[];

/** NetworkPolicy's ipBlock: a network without the networks in `except`. */
export interface IpBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** The addresses of blocks taken together. A network that can't be read adds and takes away nothing. */
export function addressesOf(blocks: readonly IpBlock[]): AddressSet {
  return union(blocks.flatMap(({ cidr, except = [] }) => subtract(union(spansOf([cidr])), union(spansOf(except)))));
}

/** Overlapping and touching spans joined. */
export function union(spans: readonly Span[]): AddressSet {
  const joined: Span[] = [];
  for (const span of spans.toSorted(byFirst)) {
    const before = joined.at(-1);
    if (before?.family !== span.family || span.first > before.last + 1n) joined.push(span);
    else if (span.last > before.last) joined[joined.length - 1] = { ...before, last: span.last };
  }
  return joined;
}

/** The addresses of `from` that are not in `taken`. */
export function subtract(from: AddressSet, taken: AddressSet): AddressSet {
  const left: Span[] = [];
  let index = 0;
  for (const { family, first, last } of from) {
    let start = first;
    for (; index < taken.length; index += 1) {
      const hole = taken[index];
      if (hole === undefined || isBeyond(hole, family, last)) break;
      if (hole.family !== family || hole.last < start) continue;
      if (hole.first > start) left.push({ family, first: start, last: hole.first - 1n });
      start = hole.last + 1n;
      // It may reach into the next span as well.
      if (start > last) break;
    }
    if (start <= last) left.push({ family, first: start, last });
  }
  return left;
}

/** Whether every address of `inner` is in `outer`. */
export function containsAddresses(outer: AddressSet, inner: AddressSet): boolean {
  return subtract(inner, outer).length === 0;
}

/** The addresses in both. */
export function intersect(a: AddressSet, b: AddressSet): AddressSet {
  return subtract(a, subtract(a, b));
}

/** How many addresses there are. */
export function sizeOf(set: AddressSet): bigint {
  return set.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

/** The address alone; undefined where it is none. */
export function spanOfAddress(address: string): Span | undefined {
  const parsed = parseAddress(address);
  return parsed === undefined ? undefined : spanOf(parsed);
}

function spansOf(cidrs: readonly string[]): readonly Span[] {
  return cidrs.map(parseCidr).flatMap((cidr) => (cidr === undefined ? [] : [spanOf(cidr)]));
}

function spanOf({ family, address, prefix }: Cidr): Span {
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
  const first = (address >> hostBits) << hostBits;
  return { family, first, last: first + (1n << hostBits) - 1n };
}

function isBeyond(span: Span, family: 4 | 6, last: bigint): boolean {
  return span.family > family || (span.family === family && span.first > last);
}

function byFirst(a: Span, b: Span): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}
