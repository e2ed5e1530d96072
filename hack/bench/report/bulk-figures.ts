import type { Results } from '../results.ts';
import { medianOf, ratio, scaled, TEN_THOUSAND } from './figure.ts';
import type { Figure } from './figure.ts';

/** From the policy on, until all is right. */
export function convergence(): readonly Figure[] {
  const seconds = { unit: 's', digits: 2, plot: 'seconds' } as const;
  return [
    { what: 'objects, reports included', unit: '', digits: 0, of: (r) => r.convergence[0]?.objects },
    { what: 'Parapet', ...seconds, of: parapetSeconds },
    { what: 'null writer', ...seconds, of: nullSeconds },
    {
      what: 'Parapet beside the null writer',
      unit: '×',
      digits: 2,
      of: ratio(parapetSeconds, nullSeconds),
      goal: { atMost: 1.15, ...TEN_THOUSAND },
    },
    {
      what: 'likewise, CPU of control plane and writer',
      unit: '×',
      digits: 2,
      of: ratio(
        (r) => medianOf(r.convergence, ({ cpuMs }) => cpuMs),
        (r) => medianOf(r.nullWriter, ({ cpuMs }) => cpuMs),
      ),
    },
    { what: 'null writer as an admin', unit: 's', digits: 2, of: (r) => scaled(r.asAdmin?.ms, 1 / 1000) },
  ];
}

/** Many deletions at once. */
export function storm(): readonly Figure[] {
  const times = (pick: (storm: NonNullable<Results['storms']>[number]) => number) => (r: Results) =>
    medianOf(r.storms, pick);
  const ms = { unit: 'ms', digits: 0 } as const;
  return [
    { what: 'deleted', unit: '', digits: 0, of: times(({ deleted }) => deleted) },
    { what: 'first deletion to last repair', ...ms, plot: 'milliseconds', of: times((each) => each.ms) },
    { what: 'of that, the deleting', ...ms, of: times(({ deletingMs }) => deletingMs) },
    { what: 'last deletion to last repair', ...ms, of: times(({ afterMs }) => afterMs) },
    { what: 'null writer, POSTing each as soon as it is deleted', ...ms, of: times(({ nullMs }) => nullMs) },
    {
      what: 'Parapet beside that',
      unit: '×',
      digits: 2,
      of: times((each) => each.ms / each.nullMs),
      goal: { atMost: 1.3 },
    },
    { what: 'null writer, its POSTs alone', ...ms, of: times(({ nullPostMs }) => nullPostMs) },
    {
      what: 'Parapet beside that, the deleting included',
      unit: '×',
      digits: 2,
      of: times((each) => each.ms / each.nullPostMs),
      goal: { atMost: 1.3 },
    },
  ];
}

/** One object of every namespace patched. */
export function edit(): readonly Figure[] {
  const parapet = (r: Results): number | undefined =>
    scaled(
      medianOf(r.edits, ({ ms }) => ms),
      1 / 1000,
    );
  const nullWriter = (r: Results): number | undefined =>
    scaled(
      medianOf(r.edits, ({ nullMs }) => nullMs),
      1 / 1000,
    );
  const seconds = { unit: 's', digits: 2 } as const;
  return [
    { what: 'Parapet', ...seconds, plot: 'seconds', of: parapet },
    { what: 'null writer, the same JSON Patches', ...seconds, of: nullWriter },
    {
      what: 'Parapet beside the null writer',
      unit: '×',
      digits: 2,
      of: (r) => medianOf(r.edits, (each) => each.ms / each.nullMs),
      goal: { atMost: 1.3, ...TEN_THOUSAND },
    },
  ];
}

/** Over a converged cluster. */
export function restart(): readonly Figure[] {
  const ready = (r: Results): number | undefined => scaled(r.restart?.readyMs, 1 / 1000);
  const list = (r: Results): number | undefined => scaled(r.restart?.listMs, 1 / 1000);
  const seconds = { unit: 's', digits: 2, plot: 'seconds' } as const;
  return [
    { what: 'writes', unit: '', digits: 0, of: (r) => r.restart?.writes, goal: { atMost: 0 } },
    { what: 'until ready and leading', ...seconds, of: ready },
    { what: 'a bare LIST of the same kinds', ...seconds, of: list },
    { what: 'Parapet beside that', unit: '×', digits: 2, of: ratio(ready, list), goal: { atMost: 3, ...TEN_THOUSAND } },
    {
      what: 'after 4 tamperings meanwhile: to the first repair',
      unit: 's',
      digits: 2,
      of: (r) => scaled(r.downtime?.firstRepairMs, 1 / 1000),
    },
    { what: 'after 4 tamperings meanwhile: writes', unit: '', digits: 0, of: (r) => r.downtime?.writes },
    {
      what: 'of these, Events',
      unit: '',
      digits: 0,
      of: (r) => r.downtime?.writesOf && (r.downtime.writesOf['events'] ?? 0),
    },
  ];
}

function parapetSeconds({ convergence: runs }: Results): number | undefined {
  return scaled(
    medianOf(runs, ({ ms }) => ms),
    1 / 1000,
  );
}

function nullSeconds({ nullWriter }: Results): number | undefined {
  return scaled(
    medianOf(nullWriter, ({ ms }) => ms),
    1 / 1000,
  );
}
