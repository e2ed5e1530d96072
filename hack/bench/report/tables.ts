import type { Results } from '../results.ts';
import { rounded } from '../statistics.ts';
import type { Figure, FigureGroup, Goal } from './figure.ts';
import { FIGURE_GROUPS } from './figures.ts';
import { powerLaw } from './fit.ts';

/** Each figure at each number of namespaces, with its goal. */
export function figuresTable(all: readonly Results[]): readonly string[] {
  const heads = all.map(({ namespaces }) => `N = ${thousands(namespaces)}`);
  const groups = FIGURE_GROUPS.flatMap((group) => groupRows(group, all));
  return [`| figure | ${heads.join(' | ')} | goal |`, `|---|${heads.map(() => '---|').join('')}---|`, ...groups];
}

/** What each number of namespaces was measured on. */
export function runsTable(all: readonly Results[]): readonly string[] {
  const rows = all.map((each) => {
    const { parapet, kubernetes, node } = each.versions;
    const cells = [
      thousands(each.namespaces),
      each.date.slice(0, 10),
      each.machine,
      `${each.loadBefore}`,
      `Parapet ${parapet}, Kubernetes ${kubernetes}, Node ${node}`,
      `${each.convergence.length}`,
      `${rounded(each.seconds / 60)} min`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| N | date | machine | load before | versions | repetitions | took |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

/** How each figure grows with the number of namespaces. */
export function growthTable(all: readonly Results[]): readonly string[] {
  const rows = growing(all).map(({ figure, group, law }) => {
    const error = Number.isNaN(law.error) ? '' : ` ± ${law.error.toFixed(2)}`;
    const linear = law.exponent - (Number.isNaN(law.error) ? 0 : law.error) <= 1;
    return `| ${group}: ${figure.what} | ${law.exponent.toFixed(2)}${error} | ${linear ? 'yes' : '**no**'} |`;
  });
  return ['| figure | exponent | linear or better |', '|---|---|---|', ...rows];
}

function growing(all: readonly Results[]) {
  return FIGURE_GROUPS.flatMap(({ title, figures }) =>
    figures.flatMap((figure) => {
      const law = figure.plot === undefined ? undefined : powerLaw(pointsOf(figure, all));
      return law === undefined ? [] : [{ figure, group: title, law }];
    }),
  );
}

/** A figure at each number of namespaces it was measured at. */
export function pointsOf(
  figure: Figure,
  all: readonly Results[],
): readonly { readonly x: number; readonly y: number }[] {
  return all.flatMap((results) => {
    const y = figure.of(results);
    return y === undefined || Number.isNaN(y) ? [] : [{ x: results.namespaces, y }];
  });
}

/** A figure's value with its unit; empty where it wasn't measured. */
export function shown({ unit, digits }: Pick<Figure, 'unit' | 'digits'>, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  const number = value >= 1000 ? thousands(Math.round(value)) : `${rounded(value, digits)}`;
  return unit === '' ? number : `${number} ${unit}`;
}

/** 10,000. */
export function thousands(value: number): string {
  return value.toLocaleString('en-US');
}

function groupRows({ title, about, figures }: FigureGroup, all: readonly Results[]): readonly string[] {
  const empty = all.map(() => ' |').join('');
  const head = about === undefined ? `**${title}**` : `**${title}**, ${about}`;
  return [`| ${head} |${empty} |`, ...figures.map((figure) => figureRow(figure, all))];
}

function figureRow(figure: Figure, all: readonly Results[]): string {
  const { what, goal } = figure;
  const cells = all.map((results) => {
    const value = figure.of(results);
    const text = shown(figure, value);
    const met = isMet(goal, value, results);
    return met === undefined ? text : met ? `${text} ✓` : `**${text}** ✗`;
  });
  return `| ${what} | ${cells.join(' | ')} | ${goalText(figure)} |`;
}

/** Undefined where there is no goal, or none at that size, or no value. */
function isMet(goal: Goal | undefined, value: number | undefined, { namespaces }: Results): boolean | undefined {
  if (goal === undefined || value === undefined || !Number.isFinite(value)) return undefined;
  return namespaces < (goal.from ?? 0) ? undefined : value <= goal.atMost;
}

function goalText({ goal, unit }: Figure): string {
  if (goal === undefined) return '';
  const at = goal.from === undefined ? '' : ` at ${thousands(goal.from)}`;
  return `≤ ${shown({ unit, digits: 2 }, goal.atMost)}${at}`;
}
