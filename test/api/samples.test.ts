import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { decodeException } from '../../src/api/decode-exception.ts';
import { decodePolicy } from '../../src/api/decode-policy.ts';
import { exceptionResource, policyResource } from '../../src/api/resources.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Problem } from '../../src/slots/slot-kind.ts';

const folder = new URL('../../config/samples/', import.meta.url);
const decoders = new Map<string, (object: KubeObject) => { readonly problems: readonly Problem[] }>([
  [policyResource.kind, decodePolicy],
  [exceptionResource.kind, decodeException],
]);

for (const name of readdirSync(folder)) {
  describe(`config/samples/${name}`, () => {
    it('holds policies and exceptions without a problem', () => {
      const documents = parseAllDocuments(readFileSync(new URL(name, folder), 'utf8'));
      const problems = documents
        .map((document) => document.toJS() as KubeObject)
        .flatMap((object) => decoders.get(object.kind)?.(object).problems ?? [{ path: 'kind', message: object.kind }]);
      expect(documents).to.not.be.empty;
      expect(problems).to.deep.equal([]);
    });
  });
}
