import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { pageBlock, rowsOf } from '../../hack/soak/figures.ts';
import type { Results } from '../../hack/soak/run.ts';
import { inProject } from '../../hack/support/paths.ts';
import { withBlock } from '../../hack/support/written-block.ts';

const file = inProject('docs/results/soak.json');
const committed = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;

describe('docs/soak.md', () => {
  it('holds no figure by hand', () => {
    const page = readFileSync(inProject('docs/soak.md'), 'utf8');
    const block = committed === undefined ? [] : pageBlock(committed);
    expect(withBlock(page, 'soak', block).replaceAll(/\n{2,}/g, '\n\n')).to.equal(page);
  });
});

const REPAIRS = { count: 2, p50Ms: 10, p99Ms: 20, maxMs: 20, slow: 0 };

describe('rowsOf a soak', () => {
  const fine: Results = {
    date: '2026-01-01T00:00:00Z',
    machine: 'one',
    loadBefore: 0,
    versions: { parapet: '0', node: '24', kubernetes: '1' },
    minutes: 30,
    namespaces: 500,
    perSecond: 10,
    tamperings: { edit: 2 },
    refused: 0,
    disturbances: { reset: 1 },
    halfOpen: [],
    verdict: { repairs: REPAIRS, edits: REPAIRS },
    missed: 0,
    evidence: [],
    incidents: {},
    overtaken: 0,
    untrueReports: 0,
    exited: false,
    errors: {},
    samples: samples(() => ({})),
  };
  const failed = (changed: Partial<Results>): readonly string[] =>
    rowsOf({ ...fine, ...changed }).flatMap(({ what, met }) => (met === false ? [what] : []));

  it('finds every goal met where it is', () => expect(failed({})).to.deep.equal([]));

  const broken: readonly (readonly [string, Partial<Results>, RegExp])[] = [
    ['a missed repair', { missed: 1 }, /missed/],
    ['an untrue report', { untrueReports: 1 }, /reports/],
    ['an end of the process', { exited: true }, /ends/],
    ['memory that grows', { samples: samples((seconds) => ({ rssMiB: 150 + seconds / 600 })) }, /RSS/],
    ['descriptors that pile up', { samples: samples((seconds) => ({ descriptors: seconds / 60 })) }, /descriptors/],
    ['handles that pile up', { samples: samples((seconds) => ({ handles: seconds / 60 })) }, /handles/],
  ];
  for (const [what, changed, row] of broken) {
    it(`marks ${what}`, () => {
      const found = failed(changed);
      expect(found).to.have.length(1);
      expect(found[0]).to.match(row);
    });
  }

  it('judges no growth in a run of two minutes', () => {
    expect(failed({ minutes: 2, samples: samples((seconds) => ({ rssMiB: seconds })).slice(0, 24) })).to.deep.equal([]);
  });

  function samples(changed: (seconds: number) => object): Results['samples'] {
    return Array.from({ length: 360 }, (_, index) => {
      const seconds = index * 5;
      const still = { rssMiB: 150, heapMiB: 60, descriptors: 40, handles: 20, watchRestarts: index, queueDepth: 0 };
      return { seconds, ...still, ...changed(seconds) };
    });
  }
});
