import { expect } from 'chai';
import { powerLaw } from '../../hack/bench/report/fit.ts';
import { plotSvg } from '../../hack/bench/report/plot.ts';

const points = [200, 1000, 10_000].map((x) => ({ x, y: x / 100 }));
const series = [
  { name: 'grows', points, law: powerLaw(points) },
  { name: 'a < b & c', points: [{ x: 1000, y: 5 }] },
];
const svg = plotSvg({ title: 'Growth', xLabel: 'namespaces', yLabel: 'seconds', series });

/** Of `<circle class="dot s0"/>`, of `<line class="fit s0 d0"/>`. */
function attributes(element: string, marker: string): readonly Readonly<Record<string, string>>[] {
  const tags = [...svg.matchAll(new RegExp(`<${element} [^>]*>`, 'g'))].map(([tag]) => tag);
  return tags
    .filter((tag) => tag.includes(marker))
    .map((tag) =>
      Object.fromEntries([...tag.matchAll(/([a-z0-9]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])),
    );
}

describe('plotSvg', () => {
  it('is well-formed, and needs nothing beside itself', () => {
    const open: string[] = [];
    for (const [, closing, name = '', rest = ''] of svg.matchAll(/<(\/?)([a-z]+)([^<>]*)>/g)) {
      if (closing === '/') expect(open.pop()).to.equal(name);
      else if (!rest.endsWith('/')) open.push(name);
    }
    expect(open).to.deep.equal([]);
    expect(svg).not.to.match(/href|url\(|<script|NaN|undefined|Infinity/);
  });

  it('names both axes, what was measured where, and each series with its exponent', () => {
    for (const text of ['namespaces', 'seconds', '200', '1,000', '10,000', 'grows', '∝ N^1.00', 'a &lt; b &amp; c']) {
      expect(svg).to.include(`>${text}</text>`);
    }
  });

  it('has ink and paper for light pages and for dark ones', () => {
    const [light = '', dark = ''] = svg.split('@media (prefers-color-scheme:dark)');
    for (const part of [light, dark]) {
      for (const rule of ['.page{fill:', 'text{fill:', '.grid{stroke:', '.s0{']) expect(part).to.include(rule);
    }
  });

  it('shows every point, and those of a power law on its line', () => {
    const dots = attributes('circle', 's0').slice(0, 3);
    const [fit] = attributes('line', 'fit s0');
    const slope = (Number(fit?.['y2']) - Number(fit?.['y1'])) / (Number(fit?.['x2']) - Number(fit?.['x1']));
    for (const { cx, cy } of dots) {
      expect(Number(cy)).to.be.closeTo(Number(fit?.['y1']) + slope * (Number(cx) - Number(fit?.['x1'])), 0.2);
    }
    expect(Number(dots[0]?.['cy'])).to.be.above(Number(dots[2]?.['cy']));
  });

  it('draws no line where nothing could be fitted', () => {
    expect(attributes('line', 'fit s1')).to.have.length(1); // the legend's
  });
});
