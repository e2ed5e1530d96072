import { expect } from 'chai';
import { podSecurityHold } from '../../src/slots/pod-security-hold.ts';
import type { Content } from '../../src/slots/slot-kind.ts';

function labels(enforce: string, version?: string): Content {
  const key = 'pod-security.kubernetes.io/enforce';
  return {
    metadata: { labels: { [key]: enforce, ...(version === undefined ? {} : { [`${key}-version`]: version }) } },
  };
}

function hold(next: Content, warnings: readonly string[] | null | undefined, live?: Content): string | undefined {
  const found = podSecurityHold('team-a', { next, live }, { pods: undefined, warnings, used: {}, limitRanges: [] });
  return found === undefined || found === 'look' ? found : `${found.reason}: ${found.message}`;
}

// As kube-apiserver 1.36 words them.
const existing = 'existing pods in namespace "team-a" violate the new PodSecurity enforce level "restricted:latest"';
const web = 'web-1 (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities';
const db = 'db: runAsNonRoot != true';
const partly = 'new PodSecurity enforce level only checked against the first 3000 of 5000 existing pods';

describe('podSecurityHold', () => {
  it('asks for a look before a stricter level is enforced', () => {
    expect(hold(labels('restricted'), undefined)).to.equal('look');
    expect(hold(labels('restricted'), undefined, labels('baseline'))).to.equal('look');
    expect(hold(labels('baseline', 'v1.30'), undefined, labels('baseline', 'v1.29'))).to.equal('look');
  });

  const free: readonly (readonly [what: string, Content, Content | undefined])[] = [
    ['the same level', labels('baseline'), labels('baseline')],
    ['a looser level', labels('baseline'), labels('restricted')],
    ['privileged', labels('privileged'), undefined],
    ['audit and warn alone', { metadata: { labels: { 'pod-security.kubernetes.io/warn': 'restricted' } } }, undefined],
  ];
  for (const [what, next, live] of free) {
    it(`never holds ${what}`, () => {
      expect(hold(next, [existing, db], live)).to.equal(undefined);
    });
  }

  it('goes ahead where the API server warns of nothing, or of something else', () => {
    expect(hold(labels('restricted'), [])).to.equal(undefined);
    expect(hold(labels('restricted'), ['metadata.labels: something is deprecated'])).to.equal(undefined);
  });

  it('waits while pods violate it, with how many, and the first of them', () => {
    expect(hold(labels('restricted'), [existing, web, db])).to.equal(
      `PodsViolate: 4 pods violate restricted: ${web}; ${db}`,
    );
    expect(hold(labels('restricted'), [existing, db, db, db, db, db])).to.match(
      /^PodsViolate: 5 pods .*; and 2 more kinds/,
    );
  });

  it('waits where not every pod was looked at, or nobody answered', () => {
    expect(hold(labels('restricted'), [partly])).to.match(/^WorkloadsUnknown: .*first 3000 of 5000/);
    expect(hold(labels('restricted'), null)).to.match(/^WorkloadsUnknown/);
  });

  it('calls it violated where some were found and not every pod was looked at', () => {
    expect(hold(labels('restricted'), [partly, existing, db])).to.match(/^PodsViolate/);
  });
});
