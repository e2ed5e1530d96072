import { expect } from 'chai';
import { referenceOf } from '../../hack/faults/reference.ts';
import { differences } from '../../hack/faults/snapshot.ts';
import { nameless, worldNumbered, worldOf } from '../../hack/faults/world.ts';
import { identify } from '../../hack/support/fault-proxy/call-identity.ts';
import { at, call, objectsOf, record, statusPath } from './records.ts';

describe('referenceOf', () => {
  it('keeps the calls that all runs made, by their occurrence since the trigger', () => {
    const once = record();
    const twice = record({ calls: [...once.calls, call('PATCH', statusPath())] });
    const { calls } = referenceOf('create', [twice, once, twice]);
    expect(calls).to.deep.equal([
      'create networkpolicies NS/parapet-default-deny #1',
      'create namespacepostures NS/parapet #1',
      'patch clustersecuritypolicies/status POLICY #1',
    ]);
  });

  it('leaves out what the API server refused also without a fault', () => {
    const run = record();
    const late = call('PATCH', at('limitranges', 'parapet-limits'), { status: 404, told: 404 });
    expect(referenceOf('create', [record({ calls: [...run.calls, late] })]).calls).to.have.length(run.calls.length);
  });

  it('takes the first Event of a subject for all', () => {
    const events = ['parapet.1', 'parapet.2'].map((name) => call('POST', at('events', name)));
    const { calls } = referenceOf('create', [record({ calls: events })]);
    expect(calls).to.deep.equal(['create events NS/parapet.* #1']);
  });

  it('counts creations and deletions by object', () => {
    expect(referenceOf('create', [record()]).commits).to.deep.equal({
      'create namespacepostures NS/parapet': 1,
      'create networkpolicies NS/parapet-default-deny': 1,
    });
  });

  it('refuses runs that end differently, and says in what', () => {
    const other = record({ objects: objectsOf().slice(1) });
    expect(() => referenceOf('create', [record(), other])).to.throw(
      'two reference runs of create differ: NetworkPolicy/parapet-default-deny: nothing in place of {',
    );
  });
});

describe('differences', () => {
  it('names the path, what is there and what should be', () => {
    const found = differences({ 'A/a': { spec: { x: 1, y: [1] } } }, { 'A/a': { spec: { x: 2, y: [1] } }, 'B/b': {} });
    expect(found).to.deep.equal(['A/a.spec.x: 2 in place of 1', 'B/b: {} in place of nothing']);
  });
});

describe('worldOf', () => {
  const of = (url: string, body?: unknown): string | undefined => worldOf(identify(body ? 'POST' : 'GET', url, body));

  it('knows the namespace, what lies in it, the policy and the Events about either', () => {
    const { namespace, policy } = worldNumbered(12);
    expect(namespace).to.equal('fw-00012');
    expect(of(`/api/v1/namespaces/${namespace}`)).to.equal(namespace);
    expect(of(`/api/v1/namespaces/${namespace}/pods`)).to.equal(namespace);
    expect(of(`/apis/parapet.dev/v1alpha1/clustersecuritypolicies/${policy}/status`)).to.equal(namespace);
    expect(of('/api/v1/namespaces/default/events', { metadata: { name: `${policy}.1f` } })).to.equal(namespace);
  });

  it('leaves what all worlds share', () => {
    expect(of('/api/v1/namespaces')).to.equal(undefined);
    expect(of('/api/v1/namespaces/kube-system')).to.equal(undefined);
    expect(of('/apis/coordination.k8s.io/v1/namespaces/parapet-system/leases/parapet')).to.equal(undefined);
    expect(of('/version')).to.equal(undefined);
  });
});

describe('nameless', () => {
  it('takes both names of a world out of a text', () => {
    const world = worldNumbered(3);
    expect(nameless('fw-00003 and fw-00003-policy', world)).to.equal('NS and POLICY');
  });
});
