import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** The first to end have a series each, no more than so many. */
export const MAX_EXPIRING = 100;
/** Before that nobody has to be told. */
const SOON_MS = 7 * 24 * 3_600_000;

export const EXCEPTION_STATES = ['active', 'unmatched', 'expired', 'invalid'] as const;

/** How an exception stands at a scrape. */
export interface ExceptionReading {
  readonly name: string;
  /** `unmatched`: active and covering nothing. `invalid`: with a fault, or too long to be honoured. */
  readonly state: (typeof EXCEPTION_STATES)[number];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** All exceptions, and the moment they were read at, in milliseconds since 1970. */
export interface ExceptionReadings {
  readonly now: number;
  readonly exceptions: readonly ExceptionReading[];
}

/** Gauges that ask at each scrape: time alone moves them, and a series goes with its exception. */
export function exceptionMetrics(registry: Registry, read: () => ExceptionReadings): void {
  const counts = new Gauge({
    name: 'parapet_exceptions',
    help: 'SecurityExceptions, by how they stand: active, unmatched (covering nothing), expired or invalid.',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      const { exceptions } = read();
      for (const state of EXCEPTION_STATES) {
        counts.set({ state }, exceptions.filter((each) => each.state === state).length);
      }
    },
  });
  const expirations = new Gauge({
    name: 'parapet_exception_expiration_timestamp_seconds',
    help: `When a SecurityException ends, in seconds since 1970: those that do within 7 days, the first ${MAX_EXPIRING}.`,
    labelNames: ['exception'],
    registers: [registry],
    collect: () => {
      expirations.reset();
      for (const { name, expiresAt } of expiring(read())) expirations.set({ exception: name }, expiresAt / 1000);
    },
  });
}

function expiring({ now, exceptions }: ExceptionReadings): readonly ExceptionReading[] {
  return exceptions
    .filter(({ state }) => state === 'active' || state === 'unmatched')
    .filter(({ expiresAt }) => expiresAt - now <= SOON_MS)
    .toSorted((a, b) => a.expiresAt - b.expiresAt || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_EXPIRING);
}
