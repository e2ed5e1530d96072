import { expect } from 'chai';
import type { Json } from '../../src/slots/kube-object.ts';
import { binding, deny, found, role, rule, team, world } from './tenant.ts';
import { policy } from './world.ts';

const BOUND = 'RoleBinding/bound';

describe("A tenant's RoleBinding", () => {
  const baseline = policy('baseline', deny);
  const secrets = rule(['secrets'], ['list']);
  const pods = rule(['pods'], ['get', 'list']);

  it('to a Role that is too much is Widened: whom it grants what, who manages it, what to do', () => {
    const made = world(
      [baseline],
      role('reader', pods, secrets),
      binding('bound', 'Role/reader', [team, { kind: 'User', name: 'eve' }]),
    );
    expect(found(made, BOUND)).to.deep.include({
      state: 'Widened',
      reason: 'ReadsSecrets',
      message:
        'binds Role/reader, which grants "list secrets", to Group team and 1 more; managed by kubectl: bind a narrower role or remove it',
      policies: ['baseline'],
      uid: '',
      actor: 'kubectl',
    });
  });

  it('is judged by what its role holds now', () => {
    const made = world([baseline], role('reader', pods), binding('bound', 'Role/reader'));
    expect(found(made, BOUND)).to.equal(undefined);
    made.put(role('reader', secrets), 'kubectl');
    expect(found(made, BOUND)).to.include({ reason: 'ReadsSecrets' });
  });

  it('to a ClusterRole is judged by that', () => {
    const made = world([baseline], binding('bound', 'ClusterRole/admin'));
    made.clusterRoles.set('admin', { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] });
    expect(found(made, BOUND)).to.include({ state: 'Widened', reason: 'GrantsWildcard' });
    made.clusterRoles.set('admin', { rules: [pods] });
    expect(found(made, BOUND)).to.equal(undefined);
  });

  it('whose role is nowhere to be found is no drift, and said to be unknown', () => {
    const made = world([baseline], binding('bound', 'ClusterRole/later'));
    expect(found(made, BOUND)).to.include({ state: 'OK', reason: 'RoleUnknown' });
    expect(found(made, BOUND)?.message).to.contain('ClusterRole/later').and.to.contain('unknown');
  });

  it('without subjects grants nobody anything', () => {
    expect(found(world([baseline], role('reader', secrets), binding('bound', 'Role/reader', [])), BOUND)).to.equal(
      undefined,
    );
  });

  it('to a role of ours is judged like any', () => {
    const roles = [{ name: 'view', rules: [pods], subjects: [team] }];
    const granting = policy('granting', { roles, widening: { roleBindings: 'Any' } });
    const made = world([granting], binding('bound', 'Role/parapet-view', [{ kind: 'User', name: 'eve' }]));
    expect(found(made, BOUND)).to.include({ reason: 'GrantsMore' });
    expect(found(made, BOUND)?.message).to.contain('User eve').and.to.contain('beyond what policies grant it');
  });

  describe('under Any', () => {
    const roles = [{ name: 'view', rules: [pods], subjects: [team, { kind: 'ServiceAccount', name: 'ci' }] }];
    const strict = policy('strict', { roles, widening: { roleBindings: 'Any' } });
    const sa = (namespace: string): Json => ({ kind: 'ServiceAccount', name: 'ci', namespace });
    const cases: readonly [title: string, rules: readonly Json[], subjects: readonly Json[], more: boolean][] = [
      ['may grant a subject what the policies grant it', [pods], [team], false],
      ['may grant it part of that', [rule(['pods'], ['get'])], [team, sa('team-a')], false],
      ['may not grant it another verb', [rule(['pods'], ['get', 'delete'])], [team], true],
      ['may not grant it to somebody else as well', [pods], [team, { kind: 'Group', name: 'others' }], true],
      ['may not grant it to a service account of another namespace', [pods], [sa('team-b')], true],
    ];
    for (const [title, rules, subjects, more] of cases) {
      it(title, () => {
        const made = world([strict], role('mine', ...rules), binding('bound', 'Role/mine', subjects));
        expect(found(made, BOUND)?.reason).to.equal(more ? 'GrantsMore' : undefined);
      });
    }

    it('is not allowed what somebody wrote into our Role', () => {
      const made = world([strict], role('mine', rule(['pods'], ['delete'])), binding('bound', 'Role/mine'));
      made.tamper('Role/parapet-view', () => ({ content: { rules: [rule(['pods'], ['delete', 'get', 'list'])] } }));
      expect(found(made, BOUND)).to.include({ reason: 'GrantsMore' });
    });
  });

  it('under Ignore is nobody’s business', () => {
    const lax = policy('lax', { ...deny, widening: { roleBindings: 'Ignore' } });
    expect(found(world([lax], role('reader', secrets), binding('bound', 'Role/reader')), BOUND)).to.equal(undefined);
  });
});
