import { expect } from 'chai';
import type { Policy } from '../../src/api/policy.ts';
import { asFinalized, finalizerStep } from '../../src/plan/deletion.ts';
import type { FinalizerStep } from '../../src/plan/deletion.ts';
import { policy } from './world.ts';

const deletionTimestamp = '2026-01-01T00:00:00Z';

interface Row {
  readonly situation: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Without the finalizer, with it, and being deleted with it. */
  readonly expected: readonly [bare: FinalizerStep, finalized: FinalizerStep, deleting: FinalizerStep];
}

const rows: readonly Row[] = [
  { situation: 'Orphan', spec: {}, expected: ['none', 'remove', 'remove'] },
  { situation: 'Delete', spec: { deletionPolicy: 'Delete' }, expected: ['add', 'none', 'clean'] },
  {
    situation: 'Delete, invalid in a block',
    spec: { deletionPolicy: 'Delete', networkPolicy: { defaultDeny: ['Sideways'] } },
    expected: ['add', 'none', 'clean'],
  },
  {
    situation: 'Delete, suspended',
    spec: { deletionPolicy: 'Delete', suspend: true },
    expected: ['none', 'none', 'remove'],
  },
  {
    situation: 'Delete, in Audit mode',
    spec: { deletionPolicy: 'Delete', mode: 'Audit' },
    expected: ['none', 'none', 'remove'],
  },
  {
    situation: 'Delete, unreadable',
    spec: { deletionPolicy: 'Delete', priority: 'high' },
    expected: ['none', 'none', 'remove'],
  },
];

function stepsOf(spec: Row['spec']): readonly FinalizerStep[] {
  const versions: readonly Policy[] = [
    policy('a', spec, { finalizers: ['example.org/other'] }),
    policy('a', spec, { finalizers: ['example.org/other', 'parapet.dev/cleanup'] }),
    policy('a', spec, { finalizers: ['parapet.dev/cleanup'], deletionTimestamp }),
  ];
  return versions.map(finalizerStep);
}

describe('finalizerStep', () => {
  for (const { situation, spec, expected } of rows) {
    it(`${situation}: ${expected.join(', then ')}`, () => expect(stepsOf(spec)).to.deep.equal(expected));
  }

  it('never adds one to a policy that is being deleted', () => {
    for (const { spec } of rows) {
      expect(finalizerStep(policy('a', spec, { finalizers: ['example.org/other'], deletionTimestamp }))).to.equal(
        'none',
      );
    }
  });

  it('is done once the policy is as if it had one', () => {
    for (const { spec } of rows)
      expect(finalizerStep(asFinalized(policy('a', spec, { finalizers: [] })))).to.equal('none');
  });
});
