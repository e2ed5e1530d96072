import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROMISES } from '../hack/promises/list.ts';
import { figureText, pageText, promisesPage } from '../hack/promises/page.ts';
import type { Promised } from '../hack/promises/promise.ts';
import { resultsInTree } from '../hack/promises/results.ts';
import { fits, valueAt } from '../hack/promises/value-at.ts';
import { faultsOf } from '../hack/promises/verify.ts';
import type { TestResult } from '../hack/promises/verify.ts';
import { inProject, root } from '../hack/support/paths.ts';

/** Every test there is, as mocha finds them, without running any. */
async function allTests(): Promise<readonly TestResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'parapet-titles-'));
  const output = join(folder, 'titles.json');
  const args = [
    'node_modules/mocha/bin/mocha.js',
    '--dry-run',
    '--reporter=json',
    '--reporter-option',
    `output=${output}`,
  ];
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
  const { tests } = JSON.parse(await readFile(output, 'utf8')) as {
    readonly tests: readonly { readonly fullTitle: string; readonly file: string }[];
  };
  await rm(folder, { recursive: true });
  return tests.map(({ fullTitle, file }) => ({ title: fullTitle, file: file.slice(root.length + 1), state: 'passed' }));
}

describe('docs/promises.md', function () {
  this.timeout(120_000);

  it('names tests that exist', async () => {
    expect(faultsOf(PROMISES, await allTests())).to.deep.equal([]);
  });

  it('is what the list and the committed results give', async () => {
    for (const { path, content } of promisesPage()) {
      expect(await readFile(inProject(path), 'utf8')).to.equal(content, 'run make generate');
    }
  });

  it('has every figure that a committed results file could give', () => {
    const results = resultsInTree();
    const figures = PROMISES.flatMap(({ figures: all = [] }) => all);
    const measured = figures.filter((figure) => !('file' in figure) || results.file(figure.file) !== undefined);
    expect(measured.filter((figure) => figureText(figure, results) === undefined)).to.deep.equal([]);
  });

  it('has 25 promises, each with a test or a reason why not yet', () => {
    expect(PROMISES).to.have.length(25);
    const bare = PROMISES.filter(({ proofs, pending }) => proofs.length === 0 && pending === undefined);
    expect(bare).to.deep.equal([]);
  });
});

describe('pageText', () => {
  const promised: Promised = {
    promise: 'It holds.',
    fault: 'none',
    target: 'all',
    proofs: [{ file: 'a.test.ts', titles: ['a *'] }],
    figures: [{ file: 'made-up.json', what: 'plans', path: 'kinds.kill-*' }],
  };

  it('shows what was measured, and says what was not', () => {
    const shown = pageText([promised], { bench: [], file: () => ({ kinds: { 'kill-a': 2, 'kill-b': 3, held: 1 } }) });
    expect(shown).to.include('| It holds. | all | plans: 5 |');
    expect(pageText([promised], { bench: [], file: () => undefined })).to.include('plans: not measured yet');
  });
});

describe('faultsOf', () => {
  const promised = { promise: '', fault: '', target: '', proofs: [{ file: 'a.test.ts', titles: ['a *'] }] };
  const result = { file: 'test/a.test.ts', title: 'a b', state: 'passed' } as const;

  it('finds nothing wrong with tests that have passed', () => {
    expect(faultsOf([promised], [result])).to.deep.equal([]);
  });

  it('names a test that is not there, or has another name or file', () => {
    for (const other of [
      { ...result, title: 'b' },
      { ...result, file: 'test/b.test.ts' },
    ]) {
      expect(faultsOf([promised], [other])).to.deep.equal(['promise 1: test/a.test.ts: "a *" is not there']);
    }
  });

  it('names each test that has not passed', () => {
    for (const state of ['failed', 'pending'] as const) {
      const fault = `promise 1: test/a.test.ts: "a *" has not passed: a b ${state}`;
      expect(faultsOf([promised], [result, { ...result, state }])).to.deep.equal([fault]);
    }
  });
});

describe('valueAt', () => {
  const json = { failed: 0, runs: [1, 2], kinds: { 'kill-a': 2, 'kill-b': 3, held: 1 } };
  for (const [path, value] of [
    ['failed', 0],
    ['runs', 2],
    ['kinds', 6],
    ['kinds.kill-*', 5],
    ['kinds.held', 1],
    ['kinds.none', undefined],
    ['none.at.all', undefined],
  ] as const) {
    it(`is ${value} at ${path}`, () => {
      expect(valueAt(json, path)).to.equal(value);
    });
  }
});

describe('fits', () => {
  it('takes * for any text and nothing else for a sign', () => {
    expect(fits('a (SEED=1) b', 'a * b')).to.equal(true);
    expect(fits('a.b', 'a?b')).to.equal(false);
    expect(fits('axb', 'a.b')).to.equal(false);
  });
});
