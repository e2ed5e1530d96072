import { expect } from 'chai';
import fc from 'fast-check';
import { schemaProblems } from '../../src/api/schema-problems.ts';
import { rolesSchema } from '../../src/slots/role-schema.ts';
import type { RoleEntry, Subject } from '../../src/slots/role-schema.ts';
import { resolveSubjects } from '../../src/slots/role-subjects.ts';
import type { NamespaceFacts } from '../../src/slots/slot-kind.ts';

const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const checkout: NamespaceFacts = { name: 'checkout', labels: { team: 'payments', empty: '' } };

function entry(...subjects: readonly Subject[]): RoleEntry {
  return { name: 'dev', rules, subjects: [...subjects] };
}

function fromLabel(label: string, prefix = 'oidc:', suffix?: string): Subject {
  return { kind: 'Group', nameFrom: { label, prefix, ...(suffix === undefined ? {} : { suffix }) } };
}

function namesOf(entryOfRoles: RoleEntry, namespace = checkout): readonly string[] {
  return resolveSubjects(entryOfRoles, { namespace }).subjects.map(({ name }) => name);
}

describe('resolveSubjects', () => {
  for (const [subject, name] of [
    [fromLabel('team'), 'oidc:payments'],
    [fromLabel('team', 'corp/', '/admins'), 'corp/payments/admins'],
    [fromLabel('kubernetes.io/metadata.name'), 'oidc:checkout'],
    [fromLabel('team', 'systems:'), 'systems:payments'],
    [{ kind: 'Group', name: 'on-call' }, 'on-call'],
  ] as const) {
    it(`makes ${name} of ${JSON.stringify(subject)}`, () => {
      expect(resolveSubjects(entry(subject), { namespace: checkout })).to.deep.equal({
        subjects: [{ kind: 'Group', name }],
      });
    });
  }

  it("believes the namespace's name rather than a label that only looks like it", () => {
    const labels = { 'kubernetes.io/metadata.name': 'kube-system' };
    expect(namesOf(entry(fromLabel('kubernetes.io/metadata.name')), { ...checkout, labels })).to.deep.equal([
      'oidc:checkout',
    ]);
  });

  for (const label of ['squad', 'empty', 'constructor', 'toString', '__proto__']) {
    it(`binds nobody by the label ${label}, which is missing, and says how to set it`, () => {
      const { subjects, flaw } = resolveSubjects(entry(fromLabel(label)), { namespace: checkout });
      expect(subjects).to.deep.equal([]);
      expect(flaw).to.include({ reason: 'LabelMissing', absent: true });
      expect(flaw?.message).to.include(`kubectl label namespace checkout ${label}=VALUE`);
    });
  }

  it('binds those that have a name where others have none', () => {
    const { subjects, flaw } = resolveSubjects(entry(fromLabel('squad'), fromLabel('team')), { namespace: checkout });
    expect(subjects.map(({ name }) => name)).to.deep.equal(['oidc:payments']);
    expect(flaw).to.include({ reason: 'LabelMissing' }).and.to.not.have.property('absent');
    expect(flaw?.message).to.include('subjects[0]').and.to.include('the others are bound');
  });

  for (const [value, prefix, suffix] of [
    ['ystem', 's', ':masters'],
    ['m', 'syste', ':authenticated'],
    ['tem', 'sys', ':serviceaccounts:kube-system'],
    ['system', '', ':masters'], // the schema wants a prefix; what is stored may be older
    ['masters', 'system:', undefined],
  ] as const) {
    it(`never binds ${prefix}${value}${suffix ?? ''}`, () => {
      const namespace = { name: 'a', labels: { team: value } };
      const { subjects, flaw } = resolveSubjects(entry(fromLabel('team', prefix, suffix)), { namespace });
      expect(subjects).to.deep.equal([]);
      expect(flaw).to.include({ reason: 'LabelForbidden', absent: true });
      expect(flaw?.message).to.include(`${prefix}${value}${suffix ?? ''}`);
    });
  }

  it('never yields a name of Kubernetes’ own or an empty one, whatever label, prefix and suffix are', () => {
    const part = fc.oneof(
      fc.constantFrom('', 's', 'sys', 'system', 'system:', ':', 'masters', ':masters', 'serviceaccounts:a', ' '),
      fc.string({ maxLength: 8 }),
    );
    const pieces = fc.record({ prefix: part, value: part, suffix: fc.option(part, { nil: undefined }) });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 14 }), ({ prefix, value, suffix }, cut) => {
        // Also every way to cut a forbidden name in three.
        for (const [before, label] of [
          [prefix, value],
          ['system:masters'.slice(0, cut), 'system:masters'.slice(cut)],
        ] as const) {
          const role = entry(fromLabel('team', before, suffix));
          if (schemaProblems(rolesSchema, [role], 'roles').length > 0) continue;
          for (const name of namesOf(role, { name: 'a', labels: { team: label } })) {
            expect(name).to.match(/^(?!system:)./s);
            expect(name).to.equal(`${before}${label}${suffix ?? ''}`);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  for (const [title, subject] of [
    ['its user', { kind: 'User', name: 'system:serviceaccount:parapet-system:parapet' }],
    ['its ServiceAccount', { kind: 'ServiceAccount', name: 'parapet', namespace: 'parapet-system' }],
    ['a ServiceAccount of its own namespace', { kind: 'ServiceAccount', name: 'parapet' }],
  ] as const) {
    it(`never binds the operator itself: ${title}`, () => {
      const namespace = { name: 'parapet-system', labels: {} };
      const operator = 'system:serviceaccount:parapet-system:parapet';
      const others = { kind: 'User', name: 'ann' } as const;
      expect(namesOf(entry(subject), namespace)).to.have.length(1); // offline, where nobody knows who it is
      const { subjects, flaw } = resolveSubjects(entry(subject, others), { namespace, operator });
      expect(subjects).to.deep.equal([others]);
      expect(flaw).to.include({ reason: 'BindsOperator' });
    });
  }

  it('binds whoever only has the operator’s name', () => {
    const operator = 'system:serviceaccount:parapet-system:parapet';
    const subjects = [
      { kind: 'ServiceAccount', name: 'parapet' },
      { kind: 'User', name: 'parapet' },
      { kind: 'Group', name: operator },
    ] as const;
    const { flaw } = resolveSubjects(entry(...subjects), { namespace: checkout, operator });
    expect(flaw).to.equal(undefined);
  });

  it('keeps its message within what a condition may hold', () => {
    const long = `${'p'.repeat(253)}/${'n'.repeat(63)}`;
    const { flaw } = resolveSubjects(entry(fromLabel(long)), { namespace: { name: 'n'.repeat(63), labels: {} } });
    expect(flaw?.message.length).to.be.at.most(1024);
  });
});
