import { convergence, edit, restart, storm } from './bulk-figures.ts';
import type { Figure, FigureGroup } from './figure.ts';
import { lateNamespaces, repair } from './latency-figures.ts';
import { idle, processFigures, status } from './standing-figures.ts';

/** Of everything that was measured, in the order of the tables. */
export const FIGURE_GROUPS: readonly FigureGroup[] = [
  { title: 'Convergence', figures: convergence() },
  { title: 'Repair', about: 'of a single tampering', figures: repair() },
  { title: 'Storm', about: 'a tenth of all NetworkPolicies deleted at once', figures: storm() },
  { title: 'New namespace', about: 'when idle', figures: lateNamespaces() },
  { title: 'Idle', figures: idle() },
  { title: 'Restart', figures: restart() },
  { title: 'Edit', about: 'one field of the policy', figures: edit() },
  { title: 'Process', figures: processFigures() },
  { title: 'Status', about: 'of the policy', figures: status() },
];

/** The first figure of a group whose name begins so; throws where there is none. */
export function figureOf(group: string, what: string): Figure {
  const figures = FIGURE_GROUPS.find(({ title }) => title === group)?.figures ?? [];
  const figure = figures.find((each) => each.what.startsWith(what));
  if (figure === undefined) throw new Error(`no figure "${group}: ${what}"`);
  return figure;
}
