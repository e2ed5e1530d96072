import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { mutated } from '../../hack/faults/seeded/bug.ts';
import { bugs } from '../../hack/faults/seeded/bugs.ts';
import { inProject } from '../../hack/support/paths.ts';

describe('A seeded bug', () => {
  for (const bug of bugs) {
    it(`${bug.id} has its one place in the sources, and a plan that catches it`, () => {
      const source = readFileSync(inProject(bug.file), 'utf8');
      expect(mutated(source, bug)).not.to.equal(source);
      expect(bug.plans).not.to.deep.equal([]);
    });
  }

  it('whose text is gone, or there twice, is told', () => {
    const bug = { id: 'x', standsFor: '', file: 'src/a.ts', text: 'a', replacement: 'b', plans: [] };
    expect(() => mutated('c', bug)).to.throw('the seeded bug x finds its text 0 times in src/a.ts');
    expect(() => mutated('a a', bug)).to.throw('finds its text 2 times');
  });
});
