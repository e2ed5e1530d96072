import { expect } from 'chai';
import fc from 'fast-check';
import { decodePolicy } from '../../src/api/decode-policy.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import { wrongPolicies } from '../cluster/wrong-policies.ts';
import { context } from '../slots/fold-context.ts';

const valid = { mode: 'Enforce', namespaceSelector: {} };

/** Lists that the API server keeps free of duplicates by their list type; twice the same name means it once. */
const LISTED_TWICE = new Set(['the same name twice', 'a direction twice']);

function policy(spec: unknown, metadata: Readonly<Record<string, unknown>> = {}): KubeObject {
  const object = {
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'ClusterSecurityPolicy',
    metadata: { name: 'a', ...metadata },
    spec,
  };
  return JSON.parse(JSON.stringify(object)) as KubeObject;
}

/** The API server spells keys of a map with dots in some messages and brackets in others. */
function spelling(path: string): string {
  return path.replaceAll(/\[([^\]]*[^\]\d][^\]]*)\]/g, '.$1');
}

describe('decodePolicy', () => {
  it('reads a policy as it stands', () => {
    const spec = {
      ...valid,
      suspend: true,
      priority: 7,
      widening: { networkPolicies: 'Any' },
      includeNames: ['team-*'],
      limitRange: { limits: [{ type: 'Pod', max: { cpu: 1 } }] },
    };
    const decoded = decodePolicy(policy(spec, { uid: 'u', generation: 3 }));
    expect(decoded).to.deep.equal({
      name: 'a',
      uid: 'u',
      generation: 3,
      decodable: true,
      deleting: false,
      finalized: false,
      settled: false,
      mode: 'Enforce',
      suspend: true,
      priority: 7,
      adopts: false,
      deletionPolicy: 'Orphan',
      widening: { networkPolicies: 'Any', roleBindings: 'Broad' },
      holds: true,
      selection: { namespaceSelector: {}, includeNames: ['team-*'] },
      blocks: { limitRange: spec.limitRange },
      problems: [],
      invalidFields: [],
    });
  });

  it('has the defaults of the schema for a policy that was stored before they existed', () => {
    expect(decodePolicy(policy(valid))).to.include({ suspend: false, priority: 100 });
  });

  it('sees that a policy is being deleted', () => {
    expect(decodePolicy(policy(valid, { deletionTimestamp: '2026-01-01T00:00:00Z' })).deleting).to.equal(true);
  });

  it('keeps the other fields of a policy when one is wrong', () => {
    const decoded = decodePolicy(
      policy({ ...valid, networkPolicy: { defaultDeny: ['Ingress'] }, roles: [{ name: 'a' }] }),
    );
    expect(decoded.decodable).to.equal(true);
    expect(decoded.invalidFields).to.deep.equal(['roles']);
    expect(Object.keys(decoded.blocks)).to.deep.equal(['networkPolicy', 'roles']);
    expect(decoded.problems.map(({ path }) => path)).to.deep.equal(['spec.roles[0].subjects']);
  });

  it('calls a policy undecodable whose selection it cannot read, and lets it select nothing in earnest', () => {
    const decoded = decodePolicy(policy({ mode: 'Enforce', namespaceSelector: { matchLabels: { a: 1 } } }));
    expect(decoded).to.include({ decodable: false, mode: 'Audit' });
    expect(decoded.problems.map(({ path }) => path)).to.deep.equal(['spec.namespaceSelector.matchLabels.a']);
  });

  it('takes an absent block and null for not managed, and an empty one for wrong', () => {
    expect(decodePolicy(policy({ ...valid, networkPolicy: null })).blocks).to.deep.equal({});
    expect(decodePolicy(policy({ ...valid, networkPolicy: {} })).invalidFields).to.deep.equal(['networkPolicy']);
  });

  for (const { title, path, spec } of wrongPolicies.filter(({ title: name }) => !LISTED_TWICE.has(name))) {
    it(`names ${path} as the API server does: ${title}`, () => {
      const paths = decodePolicy(policy(spec)).problems.map((problem) => spelling(problem.path));
      expect(
        paths.some((found) => found.startsWith(spelling(path))),
        paths.join(', '),
      ).to.equal(true);
    });
  }

  it('never throws, whatever the object is, and is never both valid and unreadable', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value: unknown) => {
        const decoded = decodePolicy(value as KubeObject);
        expect(decoded.decodable).to.equal(decoded.problems.length === 0);
      }),
    );
  });

  it('never throws on any spec, and what it finds valid can be folded', () => {
    const members = ['mode', 'suspend', 'priority', 'namespaceSelector', ...slotKinds.map(({ field }) => field)];
    const nearly = fc.constantFrom<unknown>(...wrongPolicies.map(({ spec }) => spec));
    const specs = fc.tuple(nearly, fc.dictionary(fc.constantFrom(...members), fc.jsonValue(), { maxKeys: 2 }));
    fc.assert(
      fc.property(specs, ([spec, noise]) => {
        const { blocks, invalidFields } = decodePolicy(policy({ ...(spec as object), ...noise }));
        for (const { field, fold } of slotKinds) {
          if (field in blocks && !invalidFields.includes(field))
            fold([{ policy: 'a', priority: 1, block: blocks[field] }], context());
        }
      }),
      { numRuns: 500 },
    );
  });
});
