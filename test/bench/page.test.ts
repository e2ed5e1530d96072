import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withFigures } from '../../hack/bench/report/page.ts';
import { committedResults, reportFiles } from '../../hack/bench/report/write.ts';
import { inProject } from '../../hack/support/paths.ts';
import { madeUp } from './made-up-results.ts';

const page = readFileSync(inProject('docs/performance.md'), 'utf8');

describe('docs/performance.md', () => {
  for (const { path, content } of reportFiles()) {
    it(`holds no figure by hand: ${path} is what the committed results give`, () => {
      expect(readFileSync(inProject(path), 'utf8')).to.equal(content, 'run node hack/bench.ts report');
    });
  }

  it('rests on whole runs', () => {
    for (const { namespaces, nullWriter, startup, lives, ...found } of committedResults()) {
      const phases = [found.idle, found.repairs, found.storms, found.edits, found.restart, found.downtime];
      const missing = [...phases, found.lateNamespaces, nullWriter, startup, lives].includes(undefined);
      expect(missing, `bench-${namespaces}.json lacks a phase`).to.equal(false);
    }
  });
});

describe('withFigures', () => {
  it('replaces what it wrote, and nothing else', () => {
    const first = withFigures(page, [madeUp(200)]);
    expect(withFigures(withFigures(first, [madeUp(200), madeUp(1000)]), [madeUp(200)])).to.equal(first);
    expect(first.split('\n').at(0)).to.equal('# Performance');
    expect(first.endsWith(page.slice(page.indexOf('## How it is measured')))).to.equal(true);
  });

  it('fits nothing to a single run', () => {
    expect(withFigures(page, [madeUp(200)])).not.to.include('### How it grows');
    expect(withFigures(page, [madeUp(200), madeUp(1000)])).to.include('### How it grows');
  });

  it('refuses a page without its markers', () => {
    expect(() => withFigures('# Performance', [])).to.throw('docs/performance.md lacks');
  });
});
