import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { parseBindAddress } from '../server/bind-address.ts';
import { hasHostBits, parseCidr } from '../semantics/cidr.ts';
import { parseDuration } from '../semantics/duration.ts';
import type { DnsFacts, DnsPeer } from '../slots/platform-facts.ts';

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

/** A duration such as 90d, 36h or 1h30m; the text stays as written. */
export function durationValue(text: string): string {
  if ((parseDuration(text) ?? 0) > 0) return text;
  throw new InvalidArgumentError('write a duration such as 90d, 36h or 1h30m.');
}

/** A list separated by commas; empty members are left out, so that `""` is the empty list. */
export function listValue(text: string): readonly string[] {
  return text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/**
 * `10.96.0.10:53,[fd00::a]:53,kube-system/k8s-app=kube-dns`: addresses of DNS servers, or their pods by namespace and
 * label, each with an optional port. Every port counts for every server.
 */
export function dnsValue(text: string): DnsFacts {
  const servers = listValue(text).map(dnsServer);
  if (servers.length === 0) throw new InvalidArgumentError('name at least one address.');
  return {
    peers: servers.map(({ peer }) => peer),
    ports: [...new Set(servers.map(({ port }) => port))],
  };
}

/** `10.0.0.0/16,fd00:10::/64`: networks without host bits; never everything. */
export function cidrsValue(text: string): readonly string[] {
  const networks = listValue(text);
  for (const network of networks) {
    const cidr = parseCidr(network);
    if (cidr === undefined || cidr.prefix === 0 || hasHostBits(cidr)) {
      throw new InvalidArgumentError(`"${network}" is not a network such as 10.0.0.0/16 or fd00:10::/64.`);
    }
  }
  if (networks.length === 0) throw new InvalidArgumentError('name at least one network.');
  return networks;
}

interface DnsServer {
  readonly peer: DnsPeer;
  readonly port: number;
}

function dnsServer(text: string): DnsServer {
  return text.includes('=') ? dnsPods(text) : dnsAddress(text);
}

/** The label's key may have a slash and dots of its own: `openshift-dns/dns.operator.openshift.io/daemonset-dns=default`. */
function dnsPods(text: string): DnsServer {
  const [, namespace = '', key = '', value = '', digits] =
    /^([a-z0-9][-a-z0-9]*)\/([^=:]+)=([^=:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = digits === undefined ? DNS_PORT : Number(digits);
  if (namespace === '' || port < 1 || port > 65_535) {
    throw new InvalidArgumentError(`"${text}" is not namespace/label=value or namespace/label=value:port.`);
  }
  return { peer: { namespace, podLabels: { [key]: value } }, port };
}

function dnsAddress(text: string): DnsServer {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? text;
  const port = digits === undefined ? DNS_PORT : Number(digits);
  const family = isIP(ip);
  if (family === 0 || port < 1 || port > 65_535) {
    throw new InvalidArgumentError(`"${text}" is not ip, ip:port or [ipv6]:port.`);
  }
  return { peer: { cidr: `${ip}/${family === 6 ? 128 : 32}` }, port };
}
