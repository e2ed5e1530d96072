import { expect } from 'chai';
import type { Kept } from '../../hack/bench/left-behind.ts';
import { tamperings } from '../../hack/bench/phases/repair.ts';

const KINDS = ['NetworkPolicy', 'ResourceQuota', 'LimitRange', 'Role', 'RoleBinding'];

function kept(namespaces: number): readonly Kept[] {
  return KINDS.flatMap((kind) =>
    Array.from({ length: namespaces }, (_, index) => {
      const resource = { group: '', version: 'v1', plural: kind.toLowerCase(), kind, namespaced: true };
      return { resource, namespace: `n-${index}`, name: kind, path: '', body: '' };
    }),
  );
}

describe('tamperings', () => {
  it('edit and delete every kind equally often', () => {
    const counts = new Map<string, number>();
    for (const { target, action } of tamperings(kept(200), 200)) {
      const what = `${action} ${target.resource.kind}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    expect([...counts.keys()]).to.have.length(2 * KINDS.length);
    expect(new Set(counts.values())).to.deep.equal(new Set([20]));
  });

  it('hit another namespace each time while there are enough, and an object twice only when all had their turn', () => {
    const all = tamperings(kept(200), 1000).map(({ target }) => target);
    expect(new Set(all.slice(0, 200).map(({ namespace }) => namespace)).size).to.equal(200);
    expect(new Set(all.map(({ namespace, name }) => `${namespace}/${name}`)).size).to.equal(1000);
  });
});
