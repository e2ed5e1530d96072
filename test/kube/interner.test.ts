import { expect } from 'chai';
import fc from 'fast-check';
import { Interner } from '../../src/kube/interner.ts';

describe('Interner', () => {
  it('gives equal values one reference, and frees it with the last release', () => {
    const value = fc.constantFrom('a', 'b').chain((key) => fc.constant({ [key]: [1] }));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, fc.boolean())), (steps) => {
        const interner = new Interner();
        const held: object[] = [];
        for (const [value, release] of steps) {
          if (release) interner.release(held.pop());
          else held.push(interner.acquire(structuredClone(value)));
          const distinct = new Set(held.map((one) => JSON.stringify(one)));
          expect(interner.size).to.equal(distinct.size);
          expect(new Set(held).size).to.equal(distinct.size);
        }
      }),
    );
  });

  it('takes no notice of what it never gave out', () => {
    const interner = new Interner();
    interner.acquire({ a: 1 });
    interner.release({ a: 1 });
    expect(interner.size).to.equal(1);
  });
});
