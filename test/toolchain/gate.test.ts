import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../..');

interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    // mocha tells its own children what it is told.
    const { MOCHA_OPTIONS: _, ...env } = process.env;
    const child = execFile(command, args, { cwd, env }, (_error, stdout) => {
      resolve({ code: child.exitCode, lines: stdout.trimEnd().split('\n') });
    });
  });
}

describe('summary-reporter', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parapet-gate-'));
    await writeFile(join(dir, 'package.json'), '{"type":"module"}');
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
  });
  after(() => rm(dir, { recursive: true }));

  const cases = [
    ['it("a", () => {});', 0, '1 passed, 0 failed'],
    ['it("a", () => {}); it("b", () => { throw new Error("no"); });', 1, '1 passed, 1 failed'],
    ['it("a", () => {}); it.skip("b", () => {});', 0, '1 passed, 0 failed, 1 skipped'],
    ['describe("s", () => { before(() => { throw new Error("no"); }); it("a", () => {}); });', 1, '0 passed, 1 failed'],
  ] as const;
  cases.forEach(([source, code, last], index) => {
    it(`ends with "${last}" and code ${code}`, async () => {
      const file = join(dir, `case${index}.js`);
      await writeFile(file, source);
      const reporter = join(root, 'test/summary-reporter.ts');
      const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
      const ended = await run(process.execPath, [mocha, '--no-config', '--reporter', reporter, file], dir);
      expect([ended.code, ended.lines.at(-1)]).to.deep.equal([code, last]);
    });
  });
});

describe('Makefile', () => {
  it('explains every target when called without one', async () => {
    const { code, lines } = await run('make', ['--no-print-directory'], root);
    expect(code).to.equal(0);
    const targets = readFileSync(join(root, 'Makefile'), 'utf8').matchAll(/^\.PHONY: ([a-z-]+)$/gm);
    for (const [, target = ''] of targets) expect(lines.some((line) => line.startsWith(`  ${target} `))).to.equal(true);
  });
});
