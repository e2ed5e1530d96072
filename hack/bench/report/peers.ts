import { percentile } from '../statistics.ts';
import type { Results } from '../results.ts';
import { figureOf } from './figures.ts';
import { shown } from './tables.ts';

/** What users would run instead, measured on the same kind of machine and control plane with the same five objects. */
const PEERS: readonly Peer[] = [
  {
    name: 'namespace-configuration-operator 1.2.6',
    converge: '32 to 59',
    repair: '14 / 64 ms',
    storm: '8.6 s',
    idle: '0 / 6.6 s',
    memory: '1,056 MiB',
    restart: '11 s / 13',
    size: '2 KB',
  },
  {
    name: 'config-policy-controller 0.19.0',
    converge: '4.4 to 6 (5,000: 6.5, its status is refused with 413)',
    repair: '35 s / 41 s',
    storm: '5.5 s',
    idle: '2 / 47 s',
    memory: '576 MiB (5,000: 1,712)',
    restart: '0.5 s / 8',
    size: '1.39 MB',
  },
  {
    name: 'Kyverno 1.19.0',
    converge: '26 to 29 (5,000: nothing after 380 s)',
    repair: '1.7 / 2.3 ms, but the second deletion of an object is never repaired',
    storm: '0.14 s for 97; 3 never',
    idle: '0 / 0.25 s',
    memory: '255 MiB',
    restart: '27 to 38 s / 5,084',
    size: '2 KB',
  },
];

interface Peer {
  readonly name: string;
  readonly converge: string;
  readonly repair: string;
  readonly storm: string;
  readonly idle: string;
  readonly memory: string;
  readonly restart: string;
  readonly size: string;
}

const ROWS: readonly { readonly what: string; readonly of: keyof Peer }[] = [
  { what: 'converge, beside the null writer', of: 'converge' },
  { what: 'repair of a deletion, p50 / max', of: 'repair' },
  { what: 'storm, 100 of 1,000 NetworkPolicies', of: 'storm' },
  { what: '3 idle minutes: writes / CPU', of: 'idle' },
  { what: 'memory (RSS)', of: 'memory' },
  { what: 'restart with 4 tamperings while down: first repair after / writes', of: 'restart' },
  { what: 'size of the status or custom resource', of: 'size' },
];

/** The peers' figures beside Parapet's at the same number of namespaces. */
export function peersTable(results: Results): readonly string[] {
  const columns = [parapet(results), ...PEERS];
  return [
    `| | ${columns.map(({ name }) => name).join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...ROWS.map(({ what, of }) => `| ${what} | ${columns.map((column) => column[of]).join(' | ')} |`),
  ];
}

function parapet(results: Results): Peer {
  const deletions = (results.repairs ?? []).filter(({ action }) => action === 'delete').map(({ ms }) => ms);
  const ms = (value: number): string => shown({ unit: 'ms', digits: 1 }, value);
  const of = (group: string, what: string): string => {
    const figure = figureOf(group, what);
    return shown(figure, figure.of(results));
  };
  return {
    name: `Parapet ${results.versions.parapet}`,
    converge: of('Convergence', 'Parapet beside the null writer'),
    repair: `${ms(percentile(deletions, 0.5))} / ${ms(Math.max(...deletions))}`,
    storm: of('Storm', 'first deletion to last repair'),
    idle: `${of('Idle', 'writes')} / ${of('Idle', 'CPU in 3 minutes')}`,
    memory: of('Process', 'memory when idle'),
    restart: `${of('Restart', 'after 4 tamperings meanwhile: to the first repair')} / ${of('Restart', 'after 4 tamperings meanwhile: writes')}`,
    size: of('Status', 'size of the whole object'),
  };
}
