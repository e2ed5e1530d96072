import { expect } from 'chai';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { podAmount } from '../../src/slots/workloads.ts';
import { policy, World } from './world.ts';

/** Judging one object of a tenant takes the whole operator's time: leases last 15 s. Done, it takes some 50 ms. */
const ENOUGH_MS = 2_500;
const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };

function object(kind: string, name: string, content: Readonly<Record<string, unknown>>): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name }, ...content } as KubeObject;
}

/** What a namespace's plan says of what a tenant put there, as fast as it has to. */
function judged(spec: Readonly<Record<string, unknown>>, objects: readonly KubeObject[]): readonly string[] {
  const world = new World([policy('baseline', spec)]);
  world.converge();
  for (const each of objects) world.put(each, 'kubectl');
  const snapshot = world.snapshot();
  const startedAt = performance.now();
  const { slots } = world.plan();
  expect(performance.now() - startedAt).to.be.lessThan(ENOUGH_MS);
  expect(snapshot.others).to.have.length(objects.length);
  return slots.filter(({ state }) => state === 'Widened').map(({ slot }) => slot);
}

describe('an object of a tenant that is as large as the API server takes', () => {
  it('is judged in a moment where a selector names one key twenty thousand times', () => {
    const matchExpressions = Array.from({ length: 20_000 }, (_, index) => ({
      key: 'a',
      operator: 'NotIn',
      values: [`x${index}`],
    }));
    const spec = { podSelector: { matchExpressions }, policyTypes: ['Ingress'], ingress: [{}] };
    const found = judged({ networkPolicy: { defaultDeny: ['Ingress'] } }, [object('NetworkPolicy', 'big', { spec })]);
    expect(found).to.deep.equal(['NetworkPolicy/big']);
  });

  it('is judged in a moment where five thousand bindings look for five thousand roles', () => {
    const subjects = [{ kind: 'User', name: 'x', apiGroup: 'rbac.authorization.k8s.io' }];
    const objects = Array.from({ length: 5_000 }, (_, index) => [
      object('Role', `r${index}`, { rules: [pods] }),
      object('RoleBinding', `b${index}`, { roleRef: { kind: 'Role', name: `r${index}` }, subjects }),
    ]).flat();
    expect(judged({ networkPolicy: { defaultDeny: ['Ingress'] } }, objects)).to.deep.equal([]);
  });

  it('is judged in a moment where a large role is bound to thousands of subjects', () => {
    const group = { kind: 'Group', name: 'dev' };
    const spec = {
      widening: { roleBindings: 'Any' },
      roles: [{ name: 'read', rules: [pods], subjects: [group] }],
    };
    const subjects = Array.from({ length: 10_000 }, () => group);
    const found = judged(spec, [
      object('Role', 'big', { rules: Array.from({ length: 10_000 }, () => pods) }),
      object('RoleBinding', 'big', { roleRef: { kind: 'Role', name: 'big' }, subjects }),
    ]);
    expect(found).to.deep.equal([]);
  });

  it('is counted in a moment where a pod has ten thousand init containers', () => {
    const container = { name: 'a', requests: { cpu: '1m' }, limits: {}, sidecar: true };
    const pod = {
      name: 'p',
      containers: [],
      requests: {},
      limits: {},
      overhead: {},
      bestEffort: false,
      terminating: false,
      priorityClass: '',
      initContainers: Array.from({ length: 10_000 }, () => container),
    };
    const startedAt = performance.now();
    expect(podAmount(pod, 'requests', 'cpu')).to.equal('10');
    expect(performance.now() - startedAt).to.be.lessThan(ENOUGH_MS);
  });
});
