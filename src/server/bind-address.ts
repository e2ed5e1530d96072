/** Where a server listens. */
export interface BindAddress {
  /** All interfaces when absent. */
  readonly host?: string;
  readonly port: number;
}

/**
 * Reads `host:port`, `:port` or `[v6]:port`; `0` means "don't listen" and gives undefined.
 * Throws a RangeError that says what is accepted.
 */
export function parseBindAddress(text: string): BindAddress | undefined {
  if (text === '0') return undefined;
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) {
    throw new RangeError(`"${text}" is not an address: write host:port, :port, or 0 to disable`);
  }
  const host = bracketed ?? plain;
  return host === undefined || host === '' ? { port } : { host, port };
}
