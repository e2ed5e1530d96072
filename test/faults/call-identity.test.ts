import { expect } from 'chai';
import { identify, isMutating, spelledCall } from '../../hack/support/fault-proxy/call-identity.ts';
import { CallLog } from '../../hack/support/fault-proxy/call-log.ts';

const NAMED = { metadata: { name: 'parapet-limits' } };
const EVENT = { metadata: { name: 'parapet.19f.8ab' } };

/** How the calls that Parapet makes are spelled. */
const CALLS: readonly (readonly [string, string, string, unknown?])[] = [
  ['GET', '/version', 'get /version'],
  ['GET', '/apis', 'get /apis'],
  ['GET', '/api/v1/namespaces?limit=500', 'list namespaces'],
  ['GET', '/api/v1/namespaces?watch=true&resourceVersion=1', 'watch namespaces'],
  ['GET', '/api/v1/namespaces?watch=1', 'watch namespaces'],
  ['GET', '/api/v1/namespaces/a', 'get namespaces a'],
  ['PUT', '/api/v1/namespaces/a/finalize', 'update namespaces/finalize a'],
  ['PATCH', '/api/v1/namespaces/a?fieldManager=parapet', 'patch namespaces a'],
  ['PATCH', '/api/v1/namespaces/a?dryRun=All&force=true', 'patch(dry-run) namespaces a'],
  ['GET', '/api/v1/namespaces/a/pods?limit=500', 'list pods a'],
  ['POST', '/api/v1/namespaces/a/limitranges', 'create limitranges a/parapet-limits', NAMED],
  ['POST', '/api/v1/namespaces/a/limitranges', 'create limitranges a'],
  ['POST', '/api/v1/namespaces/a/events', 'create events a/parapet.19f.*', EVENT],
  ['PATCH', '/api/v1/namespaces/a/events/parapet.8ab', 'patch events a/parapet.*'],
  ['DELETE', '/apis/networking.k8s.io/v1/namespaces/a/networkpolicies/b', 'delete networkpolicies a/b'],
  ['DELETE', '/apis/networking.k8s.io/v1/namespaces/a/networkpolicies', 'deletecollection networkpolicies a'],
  ['PATCH', '/apis/parapet.dev/v1alpha1/clustersecuritypolicies/p/status', 'patch clustersecuritypolicies/status p'],
  ['POST', '/api/v1/namespaces/a/serviceaccounts/b/token', 'create serviceaccounts/token a/b'],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/s/leases/parapet', 'update leases s/parapet'],
  ['GET', '/api/v1/namespaces/a/configmaps/b%20c', 'get configmaps a/b c'],
];

describe('identify', () => {
  for (const [method, url, spelled, body] of CALLS) {
    it(`reads ${method} ${url} as "${spelled}"`, () => {
      expect(spelledCall(identify(method, url, body))).to.equal(spelled);
    });
  }

  it('tells the group, which the spelling leaves out', () => {
    const { group } = identify('GET', '/apis/networking.k8s.io/v1/networkpolicies');
    expect(group).to.equal('networking.k8s.io');
    expect(identify('GET', '/api/v1/pods').group).to.equal('');
  });
});

describe('isMutating', () => {
  const verdict = (method: string, url: string): boolean => isMutating(identify(method, url, NAMED));

  it('counts what is stored', () => {
    expect(verdict('POST', '/api/v1/namespaces/a/limitranges')).to.equal(true);
    expect(verdict('DELETE', '/api/v1/namespaces/a/limitranges')).to.equal(true);
    expect(verdict('PATCH', '/api/v1/namespaces/a')).to.equal(true);
  });

  it('counts no read, no dry run and no question', () => {
    expect(verdict('GET', '/api/v1/namespaces/a/limitranges')).to.equal(false);
    expect(verdict('PATCH', '/api/v1/namespaces/a?dryRun=All')).to.equal(false);
    expect(verdict('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews')).to.equal(false);
  });
});

describe('CallLog', () => {
  const arrived = (log: CallLog, url: string, method = 'GET'): string => {
    const call = log.arrived({ method, url, body: undefined, arrivedAt: 0 });
    return `${call.seq} ${spelledCall(call)} #${call.n}`;
  };

  it('counts the occurrences of each call by itself', () => {
    const log = new CallLog();
    expect(arrived(log, '/api/v1/pods')).to.equal('1 list pods #1');
    expect(arrived(log, '/api/v1/namespaces/a/pods')).to.equal('2 list pods a #1');
    expect(arrived(log, '/api/v1/pods?limit=500')).to.equal('3 list pods #2');
    expect(arrived(log, '/api/v1/pods?watch=true')).to.equal('4 watch pods #1');
  });

  it('goes on counting after it was told to forget', () => {
    const log = new CallLog();
    arrived(log, '/api/v1/pods');
    arrived(log, '/version');
    log.forget(({ resource }) => resource === 'pods');
    expect(log.calls.map(({ seq }) => seq)).to.deep.equal([2]);
    expect(arrived(log, '/api/v1/pods')).to.equal('3 list pods #2');
  });
});
