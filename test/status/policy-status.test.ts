import { expect } from 'chai';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import type { Policy } from '../../src/api/policy.ts';
import type { Situation } from '../../src/status/conditions.ts';
import { policyStatus } from '../../src/status/policy-status.ts';
import { total } from '../../src/status/totals.ts';
import type { SlotBrief, Verdict } from '../../src/status/verdict.ts';
import { policy } from '../plan/world.ts';

const now = '2026-01-01T00:00:00.000Z';
const baseline = policy('baseline', { networkPolicy: { defaultDeny: ['Ingress'] } });
const slot = 'NetworkPolicy/parapet-default-deny';

function verdict(namespace: string, parts: Partial<Verdict> = {}): Verdict {
  return { namespace, state: 'Compliant', drift: {}, failing: [], contested: [], ...parts };
}

function bad(state: SlotBrief['state'], parts: Partial<SlotBrief> = {}): SlotBrief {
  return { slot, state, reason: '', message: `it is ${state}`, ...parts };
}

const drifted = verdict('team-a', { state: 'Drifted', worst: bad('Missing'), drift: { Missing: 1 } });
const foreign = verdict('team-a', {
  state: 'Drifted',
  worst: bad('Foreign', { reason: 'NotOurs' }),
  drift: { Foreign: 1 },
});
const quotaFull = verdict('team-a', {
  state: 'Blocked',
  worst: bad('Blocked', { reason: 'QuotaExceeded', refusal: 'quota' }),
  drift: { Blocked: 1 },
});
const ceiling = bad('Blocked', {
  slot: 'Role/parapet-ops',
  reason: 'BeyondGrantable',
  refusal: 'ceiling',
  message: 'attempting to grant delete on pods',
});
const beyond = verdict('team-a', { state: 'Blocked', worst: ceiling, drift: { Blocked: 1 }, failing: [ceiling] });
const unanswered = bad('Missing', { reason: 'Retrying', message: 'etcdserver: request timed out' });
const failing = verdict('team-a', {
  state: 'Drifted',
  worst: unanswered,
  drift: { Missing: 1 },
  failing: [unanswered],
});
const changed = bad('Modified', { reason: 'ChangedMeanwhile', message: 'the object has been modified' });
const contended = verdict('team-a', { state: 'Drifted', worst: changed, drift: { Modified: 1 }, failing: [changed] });
const contested = verdict('team-a', { contested: [{ slot, message: 'argocd keeps changing it' }] });
const kept = verdict('team-a', {
  state: 'Blocked',
  worst: bad('Blocked', { reason: 'HeldByFinalizer', refusal: 'finalizer', message: 'kept by example.org/wait' }),
  drift: { Blocked: 1 },
});
const tied = verdict('team-a', { conflict: { slot, winner: 'another' } });

interface Row {
  readonly situation: string;
  readonly policy?: Policy;
  readonly verdicts: readonly Verdict[];
  readonly matched?: number;
  readonly writesFailing?: boolean;
  readonly finalizerRefused?: Situation['finalizerRefused'];
  /** The conditions that are present, as `type=status/reason`. */
  readonly expected: readonly string[];
}

const golden: readonly Row[] = [
  {
    situation: 'new generation, nothing looked at yet',
    verdicts: [],
    matched: 3,
    expected: ['Ready=Unknown/Progressing', 'Reconciling=True/Progressing', 'Drifted=False/NoDrift'],
  },
  { situation: 'in sync', verdicts: [verdict('team-a')], expected: ['Ready=True/Succeeded', 'Drifted=False/NoDrift'] },
  { situation: 'no namespace matched', verdicts: [], expected: ['Ready=True/NoNamespaces', 'Drifted=False/NoDrift'] },
  {
    situation: 'Audit, drift found',
    policy: { ...baseline, mode: 'Audit' },
    verdicts: [drifted],
    expected: ['Ready=True/Succeeded', 'Drifted=True/DriftFound'],
  },
  {
    situation: 'a foreign object',
    verdicts: [foreign],
    expected: ['Ready=True/Succeeded', 'Drifted=True/DriftOpen', 'Degraded=True/NotOurs'],
  },
  {
    situation: 'a write that somebody else keeps getting in the way of',
    verdicts: [contended],
    writesFailing: true,
    expected: ['Ready=True/Succeeded', 'Drifted=True/DriftOpen'],
  },
  {
    situation: 'a quota that is full',
    verdicts: [quotaFull],
    expected: ['Ready=True/Succeeded', 'Drifted=True/DriftOpen', 'Degraded=True/QuotaExceeded'],
  },
  {
    situation: 'a slot tie',
    verdicts: [tied],
    expected: ['Ready=True/Succeeded', 'Drifted=False/NoDrift', 'Conflicted=True/SamePriority'],
  },
  {
    situation: 'an object that somebody else keeps changing',
    verdicts: [contested],
    expected: ['Ready=True/Succeeded', 'Drifted=False/NoDrift', 'Contested=True/Contested'],
  },
  {
    situation: 'beyond the ceiling',
    verdicts: [beyond, verdict('team-b')],
    expected: ['Ready=False/BeyondGrantable', 'Stalled=True/BeyondGrantable', 'Drifted=True/DriftOpen'],
  },
  {
    situation: 'invalid',
    policy: { ...baseline, problems: [{ path: 'spec.roles[0].name', message: 'is too long' }] },
    verdicts: [verdict('team-a')],
    expected: ['Ready=False/InvalidSpec', 'Stalled=True/InvalidSpec', 'Drifted=False/NoDrift'],
  },
  {
    situation: 'writes failing for a while',
    verdicts: [failing],
    expected: ['Ready=True/Succeeded', 'Drifted=True/DriftOpen'],
  },
  {
    situation: 'writes failing for more than five minutes',
    verdicts: [failing],
    writesFailing: true,
    expected: ['Ready=False/WritesFailing', 'Stalled=True/WritesFailing', 'Drifted=True/DriftOpen'],
  },
  {
    situation: 'not admitted: its finalizer was refused',
    verdicts: [],
    finalizerRefused: { reason: 'PermissionDenied', message: 'cannot add' },
    expected: ['Ready=False/PermissionDenied', 'Stalled=True/PermissionDenied', 'Drifted=False/NoDrift'],
  },
  {
    situation: 'deleting, some namespaces left',
    policy: { ...baseline, deleting: true },
    verdicts: [verdict('team-a')],
    matched: 3,
    expected: ['Ready=Unknown/Deleting', 'Reconciling=True/Deleting', 'Drifted=False/NoDrift'],
  },
  {
    situation: 'deleting, kept by an object that is not let go',
    policy: { ...baseline, deleting: true, suspend: false, problems: [{ path: 'spec.roles', message: 'is too long' }] },
    verdicts: [kept, verdict('team-b')],
    expected: [
      'Ready=Unknown/Deleting',
      'Reconciling=True/Deleting',
      'Drifted=True/DriftOpen',
      'Degraded=True/HeldByFinalizer',
    ],
  },
  {
    situation: 'suspended',
    policy: { ...baseline, suspend: true },
    verdicts: [],
    matched: 3,
    expected: ['Ready=True/Suspended', 'Suspended=True/Suspended', 'Drifted=False/NoDrift'],
  },
];

function statusOf(row: Omit<Row, 'situation' | 'expected'>, previous?: PolicyStatus, at = now): PolicyStatus {
  return policyStatus({
    policy: row.policy ?? baseline,
    totals: total(row.verdicts, row.matched ?? row.verdicts.length),
    writesFailing: row.writesFailing ?? false,
    repairs: [],
    now: at,
    ...(row.finalizerRefused === undefined ? {} : { finalizerRefused: row.finalizerRefused }),
    ...(previous === undefined ? {} : { previous }),
  });
}

describe('policyStatus', () => {
  for (const row of golden) {
    it(`reads ${row.expected.join(', ')} when: ${row.situation}`, () => {
      const conditions = statusOf(row).conditions ?? [];
      expect(conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`)).to.have.members(row.expected);
    });
  }

  it('never has Stalled beside Reconciling', () => {
    const types = statusOf({ verdicts: [beyond], matched: 5 }).conditions?.map(({ type }) => type);
    expect(types).to.include('Stalled').and.not.include('Reconciling');
  });

  it('advances observedGeneration while suspended', () => {
    const row = { policy: { ...baseline, suspend: true, generation: 7 }, verdicts: [] };
    expect(statusOf(row).observedGeneration).to.equal(7);
  });

  it('is the same where nothing happened, so that nothing is written', () => {
    const first = statusOf({ verdicts: [foreign, verdict('team-b')] });
    const later = statusOf({ verdicts: [verdict('team-b'), foreign] }, first, '2026-02-02T00:00:00.000Z');
    expect(later).to.deep.equal(first);
  });

  it('names in the message what stalls it, where, how often, and why', () => {
    const [ready] = statusOf({ verdicts: [beyond] }).conditions ?? [];
    expect(ready?.message).to.match(
      /^1 namespace, such as team-a: Role\/parapet-ops: attempting to grant delete on pods; next: /,
    );
  });

  it('says the next command where something is open', () => {
    const ready = statusOf({ verdicts: [foreign] }).conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).to.contain('kubectl describe nsposture parapet -n team-a');
  });

  it('keeps room for the next command in every condition, however long what it quotes', () => {
    const long = { message: 'x'.repeat(1024) };
    const rows = [
      verdict('team-a', { worst: { ...ceiling, ...long }, failing: [{ ...ceiling, ...long }], state: 'Blocked' }),
      verdict('team-a', { worst: bad('Foreign', long), state: 'Drifted', drift: { Foreign: 1 } }),
      verdict('team-a', { contested: [{ slot, ...long }] }),
    ];
    const told = rows.flatMap((row) => statusOf({ verdicts: [row] }).conditions ?? []);
    const telling = told.filter(({ type }) => ['Stalled', 'Degraded', 'Contested'].includes(type));
    expect(telling.map(({ type }) => type)).to.deep.equal(['Stalled', 'Degraded', 'Contested']);
    for (const { message } of telling) {
      expect(message).to.match(/; next: kubectl describe nsposture parapet -n team-a$/);
      expect(message.length).to.be.at.most(1024);
    }
  });

  it('leads to the field of a spec that is wrong', () => {
    const wrong = policy('wrong', {
      roles: [{ name: 'a', rules: [{ apiGroups: [''], resources: ['*'], verbs: ['get'] }], subjects: [] }],
    });
    const stalled = statusOf({ policy: wrong, verdicts: [] }).conditions?.find(({ type }) => type === 'Stalled');
    expect(stalled?.message).to.match(/; next: kubectl explain clustersecuritypolicies\.spec\.roles/);
  });

  it('says what keeps a policy that is being deleted, and the way out, however long the cause', () => {
    const worst = bad('Blocked', { reason: 'HeldByFinalizer', refusal: 'finalizer', message: 'x'.repeat(1024) });
    const verdicts = [verdict('team-a', { state: 'Blocked', worst }), verdict('team-b')];
    const [ready] = statusOf({ policy: { ...baseline, deleting: true }, verdicts }).conditions ?? [];
    expect(ready?.message).to.match(/^what it holds in 1 namespace is still to be removed; kept by .* in team-a: x/);
    expect(ready?.message).to.contain(
      `kubectl patch csecpol baseline --type=merge -p '{"spec":{"deletionPolicy":"Orphan"}}'`,
    );
  });

  it('stays below 64 KiB at 10,000 namespaces that are all blocked with the longest message', () => {
    const worst = bad('Blocked', { message: 'x'.repeat(1024), refusal: 'webhook' });
    const verdicts = Array.from({ length: 10_000 }, (_, index) =>
      verdict(`namespace-${index}`, { state: 'Blocked', worst, drift: { Blocked: 3 }, failing: [worst] }),
    );
    const status = statusOf({ verdicts });
    expect(JSON.stringify(status).length).to.be.below(64 * 1024);
    expect(status.worst).to.have.length(20);
    expect(status.truncated).to.equal(9980);
    expect(status.namespaces).to.include({ matched: 10_000, blocked: 10_000, summary: '0/10000' });
  });

  it('lists the worst first and by name, whatever order they come in', () => {
    const names = ['c', 'a', 'b'].map((name) => verdict(name, { state: 'Drifted', worst: bad('Missing') }));
    const blocked = verdict('z', { state: 'Blocked', worst: bad('Blocked') });
    expect(statusOf({ verdicts: [...names, blocked] }).worst?.map(({ namespace }) => namespace)).to.deep.equal([
      'z',
      'a',
      'b',
      'c',
    ]);
  });

  it('remembers the last five repairs, newest first', () => {
    const repair = (time: string) => ({ namespace: 'team-a', slot, kind: 'Missing', actor: 'unknown', time });
    const input = { policy: baseline, totals: total([], 0), writesFailing: false, now };
    const first = policyStatus({ ...input, repairs: ['1', '2', '3'].map(repair) });
    const second = policyStatus({ ...input, repairs: ['4', '5', '6'].map(repair), previous: first });
    expect(second.drift?.lastRepairs?.map(({ time }) => time)).to.deep.equal(['6', '5', '4', '3', '2']);
  });
});
