import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { copyTree } from '../../hack/support/patched-tree.ts';
import type { PatchedTree } from '../../hack/support/patched-tree.ts';

const PATCH = 'test/extension/pod-disruption-budget.patch';
const FILE = 'src/slots/pod-disruption-budget.ts';
const REGISTRY = 'src/slots/registry.ts';

const REFRESH = `${PATCH} does not apply any more, since ${REGISTRY} has changed around it. Refresh it:
  git apply --include=${FILE} ${PATCH}
  # put the import and the entry into ${REGISTRY} by hand, then
  git add --intent-to-add ${FILE}
  git diff --unified=1 -- ${FILE} ${REGISTRY} >${PATCH}
  git rm --force --quiet ${FILE}
  git checkout -- ${REGISTRY}`;

/** How every generated file says that it is one. */
const GENERATED = /Written by (hack\/generate\.ts|`make generate`)/;

/** What is pure iterates over the registry or is indifferent to it: all of it has to pass. */
const PURE = ['api', 'plan', 'slots', 'status'].map((folder) => `test/${folder}/*.test.ts`);
const ON_A_CLUSTER = [
  'test/cluster/server-answers.test.ts',
  'test/cluster/every-kind.test.ts',
  'test/extension/*.spec.ts',
];

const MOCHA = ['--no-config', '--timeout', '60000', '--reporter', 'dot'];

describe('A new kind of object', function () {
  this.timeout(120_000);
  let tree: PatchedTree;

  before(async () => {
    tree = await copyTree();
    await tree.run('node', 'hack/generate.ts');
    await tree.mark();
  });
  after(async () => {
    await tree.remove();
  });

  it('is one new file, and an import and an entry in the registry', async () => {
    await tree.run('git', 'apply', PATCH).catch((cause: Error) => {
      throw new Error(REFRESH, { cause });
    });
    expect(await tree.changed()).to.have.members([FILE, REGISTRY]);
    expect(await tree.run('git', 'diff', '--numstat')).to.equal(`2\t0\t${REGISTRY}\n`);
  });

  it('needs no more than make generate for its schema, permissions and reference', async () => {
    await tree.mark();
    await tree.run('node', 'hack/generate.ts');
    const changed = await tree.changed();
    expect(changed).to.include.members([
      'config/rbac/cluster-role.yaml',
      'crds/clustersecuritypolicies.parapet.dev.yaml',
      'docs/reference/api.md',
    ]);
    for (const file of changed) expect(await readFile(join(tree.dir, file), 'utf8'), file).to.match(GENERATED);
  });

  it('is formatted, linted and typed as everything else', async () => {
    await tree.run('prettier', '--check', FILE, REGISTRY);
    await tree.run('oxlint', '--deny-warnings', 'src/slots');
    await tree.run('tsc');
  });

  it('passes the conformance suite, and breaks no other pure one', async () => {
    await tree.run('mocha', ...MOCHA, ...PURE);
  });

  it('is created, repaired and pruned on a real API server', async () => {
    await tree.run('mocha', ...MOCHA, '--grep', 'podDisruptionBudgets', ...ON_A_CLUSTER);
  });
});
