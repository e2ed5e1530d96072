import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { parseBindAddress } from '../server/bind-address.ts';
import type { DnsFacts } from '../slots/slot-kind.ts';

const DNS_PORT = 53;

/** `true` or `false`, as Go's flags spell them. */
export function booleanValue(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('write true or false.');
}

/** A whole number from 1 on. */
export function countValue(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('write a whole number from 1 on.');
}

/** An address as the servers read it; the text stays as written. */
export function addressValue(text: string): string {
  try {
    parseBindAddress(text);
    return text;
  } catch {
    throw new InvalidArgumentError('write host:port, :port, or 0 to disable.');
  }
}

/** A list separated by commas; empty members are left out, so that `""` is the empty list. */
export function listValue(text: string): readonly string[] {
  return text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/** `10.96.0.10:53,[fd00::a]:53`: addresses of DNS servers, each with an optional port. */
export function dnsValue(text: string): DnsFacts {
  const servers = listValue(text).map(dnsServer);
  if (servers.length === 0) throw new InvalidArgumentError('name at least one address.');
  return {
    peers: servers.map(({ cidr }) => ({ cidr })),
    ports: [...new Set(servers.map(({ port }) => port))],
  };
}

function dnsServer(text: string): { readonly cidr: string; readonly port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? text;
  const port = digits === undefined ? DNS_PORT : Number(digits);
  const family = isIP(ip);
  if (family === 0 || port < 1 || port > 65_535) {
    throw new InvalidArgumentError(`"${text}" is not ip, ip:port or [ipv6]:port.`);
  }
  return { cidr: `${ip}/${family === 6 ? 128 : 32}`, port };
}
