/** NetworkPolicy's port: absent `port` is every port of the protocol. */
export interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A piece of what a rule's ports open: a range of one protocol, or a port known by its name only. */
export type PortPiece =
  | { readonly protocol: string; readonly first: number; readonly last: number }
  | { readonly protocol: string; readonly name: string };

const LAST_PORT = 65_535;
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
/** A rule without ports also lets through what has none, such as ICMP; no list of ports can. */
const WITHOUT_PORTS: PortPiece = { protocol: 'others', first: 1, last: LAST_PORT };

/** What a rule's ports open, piece by piece; no list and an empty one are everything. */
export function portPieces(ports: readonly PolicyPort[] | undefined): readonly PortPiece[] {
  if (ports === undefined || ports.length === 0) {
    return [...PROTOCOLS.map((protocol) => ({ protocol, first: 1, last: LAST_PORT })), WITHOUT_PORTS];
  }
  return ports.map(pieceOf);
}

/** Whether a rule's ports open the piece as a whole. A name is only its own; every port of the protocol is all names. */
export function opensPiece(ports: readonly PortPiece[], piece: PortPiece): boolean {
  return ports.some((port) => {
    if (port.protocol !== piece.protocol) return false;
    if ('name' in port) return 'name' in piece && port.name === piece.name;
    const { first, last } = 'name' in piece ? { first: 1, last: LAST_PORT } : piece;
    return port.first <= first && last <= port.last;
  });
}

/** The pieces cut wherever a range of `others` begins or ends: each then lies within such a range or outside of it. */
export function cutAtEdges(pieces: readonly PortPiece[], others: readonly PortPiece[]): readonly PortPiece[] {
  return pieces.flatMap((piece): readonly PortPiece[] => {
    if ('name' in piece) return [piece];
    const { protocol, first, last } = piece;
    const starts = others
      .flatMap((other) => ('name' in other || other.protocol !== protocol ? [] : [other.first, other.last + 1]))
      .filter((start) => start > first && start <= last);
    const sorted = [first, ...[...new Set(starts)].toSorted((a, b) => a - b)];
    return sorted.map((start, index) => ({ protocol, first: start, last: (sorted[index + 1] ?? last + 1) - 1 }));
  });
}

/** `TCP 443`, `UDP 5000-5100`, `TCP "http"`, `every TCP port`. */
export function describePiece(piece: PortPiece): string {
  const { protocol } = piece;
  if ('name' in piece) return `${protocol} "${piece.name}"`;
  if (piece.protocol === WITHOUT_PORTS.protocol) return 'protocols without ports';
  const { first, last } = piece;
  if (first === 1 && last === LAST_PORT) return `every ${protocol} port`;
  return first === last ? `${protocol} ${first}` : `${protocol} ${first}-${last}`;
}

function pieceOf({ protocol = 'TCP', port, endPort }: PolicyPort): PortPiece {
  if (typeof port === 'string') return { protocol, name: port };
  if (port === undefined) return { protocol, first: 1, last: LAST_PORT };
  return { protocol, first: port, last: endPort ?? port };
}
