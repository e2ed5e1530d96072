import { expect } from 'chai';
import type { Obj } from '../../hack/soak/api.ts';
import { templateOf, wrongness } from '../../hack/soak/expectation.ts';
import type { Standing, Wrong } from '../../hack/soak/expectation.ts';
import { kindNamed } from '../../hack/soak/kinds.ts';

const labels = { 'app.kubernetes.io/managed-by': 'parapet', 'parapet.dev/slot': 'parapet-compute' };
const annotations = { 'parapet.dev/policies': 'soak' };

function quota(pods: string, metadata: object = { labels, annotations }): Obj {
  return { kind: 'ResourceQuota', metadata: { name: 'parapet-compute', ...metadata }, spec: { hard: { pods } } };
}

function account(automountServiceAccountToken?: boolean): Obj {
  return { metadata: { name: 'default' }, automountServiceAccountToken };
}

describe('wrongness', () => {
  const whole = templateOf(kindNamed('ResourceQuota'), quota('100'));
  const fields = templateOf(kindNamed('ServiceAccount'), account(false));

  const objects: readonly (readonly [string, Standing, Obj | undefined, Wrong | undefined])[] = [
    ['is as it has to be', 'selected', quota('100'), undefined],
    [
      'carries what others put there',
      'selected',
      quota('100', { labels: { ...labels, team: 'a' }, annotations }),
      undefined,
    ],
    ['is not there', 'selected', undefined, 'missing'],
    ['was edited', 'selected', quota('5000'), 'different'],
    ['lost its labels', 'selected', quota('100', { annotations }), 'different'],
    ['lost its annotation', 'selected', quota('100', { labels }), 'different'],
    ['is still there after its namespace has left', 'left', quota('100'), 'lingering'],
    ['went with its namespace’s leaving', 'left', undefined, undefined],
    ['went with its namespace', 'gone', undefined, undefined],
  ];
  for (const [what, standing, object, expected] of objects) {
    it(`calls an object that ${what} ${expected ?? 'right'}`, () => {
      expect(wrongness(whole, standing, object, '100')).to.equal(expected);
    });
  }

  it('follows the policy where its quota is edited', () => {
    expect(wrongness(whole, 'selected', quota('100'), '101')).to.equal('different');
    expect(wrongness(whole, 'selected', quota('101'), '101')).to.equal(undefined);
  });

  const accounts: readonly (readonly [string, Standing, Obj | undefined, Wrong | undefined])[] = [
    ['has the field', 'selected', account(false), undefined],
    ['lacks the field', 'selected', account(), 'different'],
    ['is not there, which is not Parapet’s to mend', 'selected', undefined, undefined],
    ['keeps the field after its namespace has left', 'left', account(false), 'lingering'],
    ['has what it had before', 'left', account(), undefined],
  ];
  for (const [what, standing, object, expected] of accounts) {
    it(`calls an object of somebody else’s that ${what} ${expected ?? 'right'}`, () => {
      expect(wrongness(fields, standing, object, '100')).to.equal(expected);
    });
  }
});
