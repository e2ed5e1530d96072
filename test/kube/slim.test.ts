import { expect } from 'chai';
import { Interner } from '../../src/kube/interner.ts';
import { slim } from '../../src/kube/slim.ts';
import { Store } from '../../src/kube/store.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../src/slots/kube-object.ts';
import type { ObjectKind } from '../../src/slots/slot-kind.ts';

const NETWORK_POLICY: ObjectKind = {
  resource: {
    group: 'networking.k8s.io',
    version: 'v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
  },
  members: ['spec'],
  normalize: (object) => ({ spec: structuredClone(object['spec']) as never }),
  order: () => 0,
};

const ours: ManagedFieldsEntry = { manager: 'parapet', operation: 'Update' };
const theirs: ManagedFieldsEntry = { manager: 'kubectl-edit', operation: 'Update' };
const status: ManagedFieldsEntry = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status' };

describe('slim', () => {
  it('keeps what others own too, but not which of them wrote which field', () => {
    const { transform } = slim(NETWORK_POLICY);
    const [mine, web] = ['parapet-x', 'web'].map((name) => transform(policy('a', name, [theirs])));
    expect([mine?.name, web?.name]).to.deep.equal(['parapet-x', 'web']);
    expect([mine?.managedFields, web?.managedFields]).to.deep.equal([[theirs], undefined]);
  });

  it('names all managers but those of the status, sorted, each once', () => {
    const live = slim(NETWORK_POLICY).transform(policy('a', 'parapet-x', [theirs, ours, theirs, status]));
    expect(live?.managers).to.deep.equal(['kubectl-edit', 'parapet']);
  });

  it('keeps managedFields only where somebody else wrote more than a status', () => {
    const { transform } = slim(NETWORK_POLICY);
    expect(transform(policy('a', 'parapet-x', [ours, status]))).not.to.have.property('managedFields');
    expect(transform(policy('a', 'parapet-x', [ours, theirs]))?.managedFields).to.deep.equal([ours, theirs]);
  });

  it('reads an object that has nothing but a name', () => {
    const bare: KubeObject = { apiVersion: 'v1', kind: 'NetworkPolicy', metadata: { name: 'parapet-x' } };
    expect(slim(NETWORK_POLICY).transform(bare)).to.deep.include({
      uid: '',
      labels: {},
      annotations: {},
      managers: [],
    });
  });

  it('shares equal content between namespaces and frees it with the last object', () => {
    const interner = new Interner();
    const store = new Store(slim(NETWORK_POLICY, interner));
    for (const namespace of ['a', 'b']) store.put(policy(namespace, 'parapet-x'));
    expect(store.get('a', 'parapet-x')?.content).to.equal(store.get('b', 'parapet-x')?.content);
    for (const namespace of ['a', 'b']) store.remove(namespace, 'parapet-x', `uid-${namespace}`);
    expect(interner.size).to.equal(0);
  });
});

function policy(namespace: string, name: string, managedFields: readonly ManagedFieldsEntry[] = [ours]): KubeObject {
  const metadata = { name, namespace, uid: `uid-${namespace}`, resourceVersion: '1', managedFields };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } };
}
