import type { Point, PowerLaw } from './fit.ts';
import { logScale, ticks } from './log-scale.ts';
import type { LogScale } from './log-scale.ts';

/** What a plot shows of one figure: its points, and the line fitted to them. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly law?: PowerLaw | undefined;
}

export interface PlotOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 860;
const LEFT = 80;
const RIGHT = 500;
const TOP = 50;
const BOTTOM = 400;
const HEIGHT = 460;
const ROW = 44;

// Paul Tol's bright scheme, which the colour-blind can tell apart, and a lighter one for dark pages.
const LIGHT = ['#4477aa', '#ee6677', '#228833', '#aa3377', '#b8860b', '#1f9bb8', '#666666'];
const DARK = ['#77aadd', '#ff9988', '#66cc77', '#dd88bb', '#ddcc55', '#77ddee', '#bbbbbb'];
const DASHES = ['none', '7 4', '2 3', '9 3 2 3'];

/**
 * Both axes logarithmic: what grows linearly rises by one decade a decade. An SVG that needs nothing beside itself and is
 * as readable on a dark page as on a light one.
 */
export function plotSvg({ title, xLabel, yLabel, series }: PlotOptions): string {
  const points = series.flatMap((each) => each.points);
  const x = logScale(
    points.map((point) => point.x),
    LEFT,
    RIGHT,
  );
  const y = logScale(
    points.map((point) => point.y),
    BOTTOM,
    TOP,
  );
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<style>${style()}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    text({ x: LEFT, y: 28, value: title, kind: 'title' }),
    ...axes(x, y, [...new Set(points.map((point) => point.x))]),
    text({ x: (LEFT + RIGHT) / 2, y: HEIGHT - 14, value: xLabel, anchor: 'middle' }),
    `<text class="label" text-anchor="middle" transform="translate(22 ${(TOP + BOTTOM) / 2}) rotate(-90)">${escaped(yLabel)}</text>`,
    ...series.flatMap((each, index) => [...drawn(each, index, { x, y }), ...legend(each, index)]),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

interface Axes {
  readonly x: LogScale;
  readonly y: LogScale;
}

/** The grid; on the horizontal axis what was measured is named, on the vertical one round numbers. */
function axes(x: LogScale, y: LogScale, measured: readonly number[]): readonly string[] {
  const across = ticks(y).flatMap((value) => [
    line('grid', { x1: LEFT, y1: y.at(value), x2: RIGHT, y2: y.at(value) }),
    text({ x: LEFT - 8, y: y.at(value) + 4, value: number(value), anchor: 'end' }),
  ]);
  const down = measured.flatMap((value) => [
    line('grid', { x1: x.at(value), y1: TOP, x2: x.at(value), y2: BOTTOM }),
    text({ x: x.at(value), y: BOTTOM + 18, value: number(value), anchor: 'middle' }),
  ]);
  return [...across, ...down];
}

function drawn({ points, law }: Series, index: number, { x, y }: Axes): readonly string[] {
  const dots = points.map(
    (point) => `<circle class="dot s${colour(index)}" cx="${px(x.at(point.x))}" cy="${px(y.at(point.y))}" r="4"/>`,
  );
  if (law === undefined) return dots;
  const [from, to] = [Math.min(...points.map((point) => point.x)), Math.max(...points.map((point) => point.x))];
  const height = (value: number): number => y.at(law.factor * value ** law.exponent);
  const ends = { x1: x.at(from), y1: height(from), x2: x.at(to), y2: height(to) };
  return [line(`fit s${colour(index)} d${index % DASHES.length}`, ends), ...dots];
}

function legend({ name, law }: Series, index: number): readonly string[] {
  const top = TOP + 12 + index * ROW;
  const left = RIGHT + 24;
  const exponent = law === undefined ? '' : `∝ N^${law.exponent.toFixed(2)}`;
  return [
    line(`fit s${colour(index)} d${index % DASHES.length}`, { x1: left, y1: top, x2: left + 34, y2: top }),
    `<circle class="dot s${colour(index)}" cx="${left + 17}" cy="${top}" r="4"/>`,
    text({ x: left + 44, y: top + 4, value: name }),
    text({ x: left + 44, y: top + 20, value: exponent, kind: 'faint' }),
  ];
}

function style(): string {
  const colours = (all: readonly string[]): string =>
    all.map((value, index) => `.s${index}{stroke:${value};fill:${value}}`).join('');
  const page = (paper: string, ink: string, grid: string): string =>
    `.page{fill:${paper}}text{fill:${ink}}.grid{stroke:${grid}}`;
  return [
    'text{font:13px system-ui,sans-serif}.title{font-weight:600;font-size:16px}.faint{opacity:.7;font-size:12px}',
    '.grid{stroke-width:1}.fit{stroke-width:2;fill:none}.dot{stroke:none}',
    DASHES.map((dash, index) => `.d${index}{stroke-dasharray:${dash}}`).join(''),
    page('#ffffff', '#24292f', '#d8dee4'),
    colours(LIGHT),
    `@media (prefers-color-scheme:dark){${page('#161b22', '#e6edf3', '#30363d')}${colours(DARK)}}`,
  ].join('');
}

function line(kind: string, ends: Readonly<Record<'x1' | 'y1' | 'x2' | 'y2', number>>): string {
  const attributes = Object.entries(ends).map(([name, value]) => `${name}="${px(value)}"`);
  return `<line class="${kind}" ${attributes.join(' ')}/>`;
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly value: string;
  readonly anchor?: 'middle' | 'end';
  readonly kind?: 'label' | 'title' | 'faint';
}

function text({ x, y, value, anchor, kind = 'label' }: Text): string {
  const anchored = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${kind}" x="${px(x)}" y="${px(y)}"${anchored}>${escaped(value)}</text>`;
}

function colour(index: number): number {
  return index % LIGHT.length;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/** A tenth of a pixel is enough, and the same on every machine. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
