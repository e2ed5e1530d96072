import { expect } from 'chai';
import fc from 'fast-check';
import { schemaProblems } from '../../src/api/schema-problems.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import { resourceQuota } from '../../src/slots/resource-quota.ts';
import type { SlotKind } from '../../src/slots/slot-kind.ts';
import { schemaSamples } from './schema-samples.ts';

const kinds: readonly SlotKind[] = [networkPolicy, resourceQuota];

describe('schemaSamples', () => {
  for (const kind of kinds) {
    it(`makes blocks of ${kind.field} that schema and kind find valid, and not always the same`, () => {
      const samples = fc.sample(schemaSamples(kind), 50);
      for (const block of samples) {
        expect(schemaProblems(kind.schema, block, kind.field)).to.deep.equal([]);
        expect(kind.validate(block)).to.deep.equal([]);
      }
      expect(new Set(samples.map((block) => JSON.stringify(block))).size).to.be.greaterThan(1);
    });
  }

  it('says where to write samples by hand when it finds none', () => {
    const picky: SlotKind = { ...networkPolicy, validate: () => [{ path: '', message: 'never valid' }] };
    expect(() => schemaSamples(picky)).to.throw(
      'networkPolicy: no sample is valid; write some in test/slots/samples.ts',
    );
  });
});
