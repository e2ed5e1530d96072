import { expect } from 'chai';
import { formatCidr, parseAddress } from '../../src/semantics/cidr.ts';
import { metadataAddresses } from '../../src/semantics/metadata-addresses.ts';

describe('metadataAddresses', () => {
  for (const { address, cloud } of metadataAddresses) {
    it(`spells ${address} (${cloud}) as the API server does, so that texts can be compared`, () => {
      const parsed = parseAddress(address);
      expect(parsed && formatCidr(parsed)).to.equal(`${address}/${address.includes(':') ? 128 : 32}`);
    });
  }

  it('names each address once', () => {
    const addresses = metadataAddresses.map(({ address }) => address);
    expect(new Set(addresses).size).to.equal(addresses.length);
  });

  for (const address of ['169.254.20.10', '169.254.169.253', '169.254.169.123']) {
    it(`leaves out ${address}, which serves names or time and no credentials`, () => {
      expect(metadataAddresses.map((each) => each.address)).to.not.include(address);
    });
  }
});
