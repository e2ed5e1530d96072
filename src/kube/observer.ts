/** Where kube/ reports what it does; the metrics registry implements it. */
export interface KubeObserver {
  /** One attempt of one call. `code` is 0 where no usable answer came. */
  request(method: string, code: number, seconds: number): void;
  /** An attempt that will be repeated. */
  retry(method: string, code: number): void;
  /** How long a call waited for its turn. */
  queued(seconds: number): void;
  /** A TCP or TLS connection was opened. */
  connection(lane: string): void;
  /** A watch began again; `reason` is one of a fixed few words. */
  watchRestart(resource: string, reason: string): void;
  /** An Event that nobody will see: too many of them. */
  eventDropped(): void;
}

/** The part of the logger that kube/ uses: a constant message and fields. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Reports nothing. */
export const silentObserver: KubeObserver = {
  request: nothing,
  retry: nothing,
  queued: nothing,
  connection: nothing,
  watchRestart: nothing,
  eventDropped: nothing,
};

/** Writes nothing. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
