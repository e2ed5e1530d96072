import { expect } from 'chai';
import { isSlotName } from '../../src/slots/slot-name.ts';

describe('isSlotName', () => {
  it('takes a DNS label that begins with parapet-', () => {
    expect(isSlotName('parapet-allow-dns')).to.equal(true);
  });

  it('takes nothing else: no object of ours has another name', () => {
    const others = ['web', `parapet-${'x'.repeat(56)}`, 'parapet-a:b', 'parapet-A', 'parapet-a.b', 'parapet-'];
    expect(others.filter(isSlotName)).to.deep.equal([]);
  });
});
