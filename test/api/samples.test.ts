import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { decodePolicy } from '../../src/api/decode-policy.ts';
import { policyResource } from '../../src/api/resources.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';

const folder = new URL('../../config/samples/', import.meta.url);

for (const name of readdirSync(folder)) {
  describe(`config/samples/${name}`, () => {
    it('holds policies without a problem', () => {
      const documents = parseAllDocuments(readFileSync(new URL(name, folder), 'utf8'));
      const policies = documents
        .map((document) => document.toJS() as KubeObject)
        .filter(({ kind }) => kind === policyResource.kind);
      expect(policies).to.not.be.empty;
      for (const policy of policies) expect(decodePolicy(policy).problems).to.deep.equal([]);
    });
  });
}
