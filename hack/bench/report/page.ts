import type { GeneratedFile } from '../../generate/generated-file.ts';
import type { Results } from '../results.ts';
import { PLOTS } from './figure.ts';
import type { Plot } from './figure.ts';
import { FIGURE_GROUPS } from './figures.ts';
import { powerLaw } from './fit.ts';
import { peersTable } from './peers.ts';
import { plotSvg } from './plot.ts';
import type { Series } from './plot.ts';
import { figuresTable, growthTable, pointsOf, runsTable, thousands } from './tables.ts';

const BEGIN = '<!-- Written by `node hack/bench.ts report` from docs/results: do not edit. -->';
const END = '<!-- End of what is written. -->';
/** At how many namespaces the peers were measured. */
const PEERS_AT = 1_000;

const TITLES: Readonly<Record<Plot, string>> = {
  seconds: 'Bulk work',
  milliseconds: 'Latencies',
  mebibytes: 'Memory',
};

/** The page with what stands between its two markers written anew. Throws where they are missing. */
export function withFigures(page: string, all: readonly Results[]): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`docs/performance.md lacks "${BEGIN}" or, after it, "${END}"`);
  return `${page.slice(0, from)}${BEGIN}\n\n${figures(all).join('\n')}\n\n${page.slice(to)}`;
}

/** The plots that the page shows. */
export function plots(all: readonly Results[]): readonly GeneratedFile[] {
  return PLOTS.map((plot) => ({
    path: `docs/results/${plot}.svg`,
    content: plotSvg({
      title: `${TITLES[plot]} by number of namespaces`,
      xLabel: 'namespaces',
      yLabel: plot,
      series: seriesOf(plot, all),
    }),
  }));
}

function seriesOf(plot: Plot, all: readonly Results[]): readonly Series[] {
  return FIGURE_GROUPS.flatMap(({ title, figures: ofGroup }) =>
    ofGroup
      .filter((figure) => figure.plot === plot)
      .map((figure) => ({ figure, points: pointsOf(figure, all) }))
      .filter(({ points }) => points.length > 0)
      .map(({ figure, points }) => ({ name: `${title}: ${figure.what}`, points, law: powerLaw(points) })),
  );
}

function figures(all: readonly Results[]): readonly string[] {
  const ofPeers = all.find(({ namespaces }) => namespaces === PEERS_AT);
  return [
    ...figuresTable(all),
    '',
    'Where a figure was taken several times this is the median. ✓ and ✗ say whether the goal is met; a goal that names a number of namespaces is one for that many and more.',
    '',
    ...runsTable(all),
    '',
    ...(ofPeers === undefined ? [] : beside(ofPeers)),
    ...(all.length < 2 ? [] : growth(all)),
    ...PLOTS.map((plot) => `![${TITLES[plot]} by number of namespaces](results/${plot}.svg)`),
  ];
}

function beside(results: Results): readonly string[] {
  return [
    '### What users would run instead',
    '',
    `The same five objects in ${thousands(PEERS_AT)} namespaces, on the same kind of machine and control plane.`,
    '',
    ...peersTable(results),
    '',
  ];
}

function growth(all: readonly Results[]): readonly string[] {
  const sizes = all.map(({ namespaces }) => thousands(namespaces)).join(', ');
  return [
    '### How it grows',
    '',
    `The exponent of a power of N, by least squares in logarithms over N = ${sizes}: 1 is linear, 0 is none. Behind it, the standard error, which says how far the points are from a straight line; linear or better means that the exponent, less one such error, is at most 1.`,
    '',
    ...growthTable(all),
    '',
  ];
}
