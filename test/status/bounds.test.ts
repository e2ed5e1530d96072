import { expect } from 'chai';
import { cut } from '../../src/status/bounds.ts';

describe('cut', () => {
  it('leaves a text within the limit as it is', () => {
    expect(cut('😀😀', 4)).to.equal('😀😀');
  });

  it('never leaves half a character, which the API server would replace and so differ for ever', () => {
    const text = cut('ab😀cd', 4);
    expect(text.isWellFormed()).to.equal(true);
    expect(text.length).to.be.at.most(4);
  });
});
