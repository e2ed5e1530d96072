import { figureOf } from '../bench/report/figures.ts';
import { pointsOf, shown, thousands } from '../bench/report/tables.ts';
import type { GeneratedFile } from '../generate/generated-file.ts';
import { PROMISES } from './list.ts';
import type { MeasuredFigure, Promised } from './promise.ts';
import type { CommittedResults } from './results.ts';
import { resultsInTree } from './results.ts';
import { valueAt } from './value-at.ts';

const PATH = 'docs/promises.md';
const NOT_YET = 'not measured yet';

/** `docs/promises.md`, from the list and the committed results. */
export function promisesPage(): readonly GeneratedFile[] {
  return [{ path: PATH, content: pageText(PROMISES, resultsInTree()) }];
}

/** The page; a figure that nobody has measured yet says so. */
export function pageText(promises: readonly Promised[], results: CommittedResults): string {
  const rows = promises.map(
    ({ promise, target, figures = [], pending }, index) =>
      `| [${index + 1}](#${index + 1}) | ${promise} | ${target} | ${cell(figures, results, pending)} |`,
  );
  return [
    '# Promises',
    '',
    'Written by `make generate` from `hack/promises` and the results in [docs/results](results): no figure is typed. `make test &&',
    'make promises` fails unless every test named here exists and has passed. `*` in a name stands for any text.',
    '',
    '| | promise | target | measured |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...promises.flatMap((promised, index) => section(promised, index + 1, results)),
  ].join('\n');
}

/** A figure's value as the page shows it; undefined where it was not measured. */
export function figureText(figure: MeasuredFigure, { bench, file }: CommittedResults): string | undefined {
  if ('file' in figure) {
    const value = valueAt(file(figure.file), figure.path);
    return value === undefined ? undefined : shown({ unit: figure.unit ?? '', digits: 2 }, value);
  }
  const known = figureOf(figure.group, figure.what);
  const largest = pointsOf(known, bench).at(-1);
  return largest === undefined ? undefined : `${shown(known, largest.y)} at ${thousands(largest.x)} namespaces`;
}

/** A figure's name as its own page has it. */
function figureName(figure: MeasuredFigure): string {
  return 'file' in figure ? figure.what : figureOf(figure.group, figure.what).what;
}

function cell(figures: readonly MeasuredFigure[], results: CommittedResults, pending: string | undefined): string {
  const told = figures.map((figure) => `${figureName(figure)}: ${figureText(figure, results) ?? NOT_YET}`);
  return [...told, ...(figures.length === 0 ? [pending ?? 'by its tests'] : [])].join('<br>');
}

function section({ fault, proofs, figures = [], pending, ...rest }: Promised, at: number, results: CommittedResults) {
  const measured = figures.map(
    (figure) => `- ${figureName(figure)}: ${figureText(figure, results) ?? NOT_YET} (${sourceOf(figure)})`,
  );
  const tests = proofs.flatMap(({ file, titles }) => [
    `- [test/${file}](../test/${file})`,
    ...titles.map((title) => `  - ${title.replaceAll('*', String.raw`\*`)}`),
  ]);
  return [
    `## ${at}`,
    '',
    `**${rest.promise}**`,
    '',
    `Fault: ${fault}. Target: ${rest.target}.`,
    ...(pending === undefined ? [] : ['', `Pending: ${pending}`]),
    ...(measured.length === 0 ? [] : ['', 'Measured:', '', ...measured]),
    ...(tests.length === 0 ? [] : ['', 'Shown by:', '', ...tests]),
    '',
  ];
}

function sourceOf(figure: MeasuredFigure): string {
  return 'file' in figure ? `\`docs/results/${figure.file}\`, \`${figure.path}\`` : '[performance](performance.md)';
}
