import { expect } from 'chai';
import fc from 'fast-check';
import { NamespaceIndex } from '../../src/kube/namespace-index.ts';

const namespace = fc.constantFrom('', 'a', 'b');
const name = fc.constantFrom('x', 'y', 'z');
const step = fc.oneof(
  fc.record({ op: fc.constant('set' as const), namespace, name }),
  fc.record({ op: fc.constant('delete' as const), namespace, name }),
);

describe('NamespaceIndex', () => {
  it('behaves like a map from namespace and name', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const index = new NamespaceIndex<{ readonly name: string; readonly at: number }>();
        const model = new Map<string, { readonly name: string; readonly at: number }>();
        for (const [at, { op, namespace, name }] of steps.entries()) {
          const key = `${namespace}/${name}`;
          if (op === 'set') {
            model.set(key, { name, at });
            index.set(namespace, { name, at });
          } else expect(index.delete(namespace, name)).to.equal(model.delete(key));
          expect(index.get(namespace, name)).to.deep.equal(model.get(key));
          expect(index.size).to.equal(model.size);
        }
        const entries = [...index.entries()].map(([space, value]) => [`${space}/${value.name}`, value]);
        expect(Object.fromEntries(entries)).to.deep.equal(Object.fromEntries(model));
        const inA = [...model].filter(([key]) => key.startsWith('a/')).map(([, value]) => value);
        expect(index.in('a')).to.have.deep.members(inA);
      }),
    );
  });
});
