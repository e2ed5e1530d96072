import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { allCrds, clusterSecurityPolicyCrd, namespacePostureCrd, securityExceptionCrd } from '../../src/api/crds.ts';
import { CONDITION_TYPES, MAX_LAST_REPAIRS, MAX_MESSAGE_LENGTH, MAX_WORST } from '../../src/api/policy-status.ts';
import { MAX_DIFFS, MAX_DIFF_VALUE_LENGTH } from '../../src/api/posture.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';

interface Version {
  readonly schema: { readonly openAPIV3Schema: { readonly properties: Readonly<Record<string, Properties>> } };
  readonly additionalPrinterColumns: readonly { readonly name: string; readonly priority?: number }[];
  readonly subresources?: unknown;
  readonly selectableFields?: unknown;
}
interface Properties {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly default?: unknown;
}

function version(crd: KubeObject): Version {
  const { versions } = crd['spec'] as { readonly versions: readonly Version[] };
  return versions[0] as Version;
}

function columns(crd: KubeObject, wide: boolean): readonly string[] {
  const shown = version(crd).additionalPrinterColumns.filter(({ priority }) => wide || priority === undefined);
  return shown.map(({ name }) => name.toUpperCase());
}

for (const crd of allCrds()) {
  describe(`the CRD ${crd.metadata.name}`, () => {
    it('is what crds/ holds: run make generate', () => {
      const file = new URL(`../../crds/${crd.metadata.name}.yaml`, import.meta.url);
      expect(parse(readFileSync(file, 'utf8'))).to.deep.equal(JSON.parse(JSON.stringify(crd)));
    });

    it('fits the annotation of a client-side apply', () => {
      expect(JSON.stringify(crd).length).to.be.lessThan(256 * 1024);
    });
  });
}

describe('clusterSecurityPolicyCrd', () => {
  const crd = clusterSecurityPolicyCrd();

  it('has a member of spec for every slot kind', () => {
    const members = Object.keys(version(crd).schema.openAPIV3Schema.properties['spec']?.properties ?? {});
    expect(members).to.include.members(slotKinds.map(({ field }) => field));
  });

  it('starts every object with a status that tells kstatus it was not looked at', () => {
    expect(version(crd).schema.openAPIV3Schema.properties['status']?.default).to.deep.equal({ observedGeneration: -1 });
    expect(version(crd).subresources).to.deep.equal({ status: {} });
  });

  it('shows the columns of the contract', () => {
    expect(columns(crd, false)).to.deep.equal(['READY', 'MODE', 'NAMESPACES', 'DRIFTED', 'BLOCKED', 'AGE']);
    expect(columns(crd, true)).to.deep.equal([
      'READY',
      'MODE',
      'NAMESPACES',
      'DRIFTED',
      'BLOCKED',
      'HELD',
      'EXEMPT',
      'REASON',
      'MESSAGE',
      'AGE',
    ]);
  });

  it('has a status that stays under 64 KiB however large the cluster is', () => {
    const text = 253;
    const conditions = CONDITION_TYPES.length * (MAX_MESSAGE_LENGTH + text);
    const worst = MAX_WORST * (MAX_MESSAGE_LENGTH + 2 * text);
    expect(conditions + worst + MAX_LAST_REPAIRS * 4 * text).to.be.lessThan(64 * 1024);
  });
});

describe('securityExceptionCrd', () => {
  const crd = securityExceptionCrd();

  it('starts every object with a status that tells kstatus it was not looked at', () => {
    expect(version(crd).schema.openAPIV3Schema.properties['status']?.default).to.deep.equal({ observedGeneration: -1 });
    expect(version(crd).subresources).to.deep.equal({ status: {} });
  });

  it('shows the columns of the contract', () => {
    expect(columns(crd, false)).to.deep.equal(['EFFECT', 'OWNER', 'MATCHED', 'EXPIRES', 'AGE']);
  });
});

describe('namespacePostureCrd', () => {
  const crd = namespacePostureCrd();

  it('is a report: neither spec nor status', () => {
    expect(Object.keys(version(crd).schema.openAPIV3Schema.properties)).to.deep.equal([
      'apiVersion',
      'kind',
      'metadata',
      'summary',
      'slots',
      'recentRepairs',
      'truncated',
    ]);
    expect(version(crd).subresources).to.equal(undefined);
  });

  it('can be selected by its state, and shows the columns of the contract', () => {
    expect(version(crd).selectableFields).to.deep.equal([{ jsonPath: '.summary.state' }]);
    expect(columns(crd, true)).to.deep.equal(['STATE', 'OK', 'DRIFTED', 'BLOCKED', 'WIDENED', 'EXEMPT', 'AGE']);
  });

  it('holds no more than 20 diffs a slot, of 256 characters a side', () => {
    expect([MAX_DIFFS, MAX_DIFF_VALUE_LENGTH]).to.deep.equal([20, 256]);
  });
});
