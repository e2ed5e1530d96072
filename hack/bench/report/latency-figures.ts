import type { Results } from '../results.ts';
import { share, TEN_THOUSAND } from './figure.ts';
import type { Figure } from './figure.ts';

/** Of single tamperings. */
export function repair(): readonly Figure[] {
  const idleMs = (r: Results): readonly number[] | undefined => r.repairs?.map(({ ms }) => ms);
  const startupMs = (r: Results): readonly number[] | undefined => r.startup?.repairs.map(({ ms }) => ms);
  const serverMs = (r: Results): readonly number[] | undefined => r.repairs?.map((each) => each.serverMs);
  const ms = { unit: 'ms', digits: 1, plot: 'milliseconds' } as const;
  return [
    { what: 'idle, p50', ...ms, of: share(idleMs, 0.5), goal: { atMost: 3 } },
    { what: 'idle, p99', ...ms, of: share(idleMs, 0.99), goal: { atMost: 20 } },
    { what: 'of that the API server’s own share, p50', unit: 'ms', digits: 1, of: share(serverMs, 0.5) },
    {
      what: 'repairs that took a second request',
      unit: '',
      digits: 0,
      of: (r) => r.repairs?.filter(({ attempts }) => attempts > 1).length,
    },
    { what: 'while all start up, p50', unit: 'ms', digits: 0, of: share(startupMs, 0.5) },
    {
      what: 'while all start up, p99',
      unit: 'ms',
      digits: 0,
      of: share(startupMs, 0.99),
      goal: { atMost: 1000, ...TEN_THOUSAND },
    },
    { what: 'tamperings then', unit: '', digits: 0, of: (r) => r.startup?.repairs.length },
  ];
}

/** That come after convergence. */
export function lateNamespaces(): readonly Figure[] {
  const closedMs = (r: Results): readonly number[] | undefined => r.lateNamespaces?.map((each) => each.closedMs);
  const ms = { unit: 'ms', digits: 1, plot: 'milliseconds' } as const;
  return [
    { what: 'to its default-deny, p50', ...ms, of: share(closedMs, 0.5), goal: { atMost: 5 } },
    { what: 'to its default-deny, p99', ...ms, of: share(closedMs, 0.99), goal: { atMost: 30 } },
  ];
}
