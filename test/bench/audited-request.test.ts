import { expect } from 'chai';
import { auditedRequest, isOperators } from '../../hack/bench/audited-request.ts';
import { OPERATOR_USER } from '../../hack/support/operator-kubeconfig.ts';

function line(verb: string, username: string, more: object = {}): string {
  return JSON.stringify({
    stage: 'ResponseComplete',
    verb,
    requestURI: '/apis/networking.k8s.io/v1/namespaces/a/networkpolicies/b',
    user: { username },
    objectRef: { resource: 'networkpolicies', namespace: 'a', name: 'b' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-01-02T03:04:05.000001Z',
    stageTimestamp: '2026-01-02T03:04:05.001502Z',
    ...more,
  });
}

describe('auditedRequest', () => {
  it('keeps the microseconds', () => {
    const { receivedAt = 0, answeredAt = 0 } = auditedRequest(line('patch', 'admin')) ?? {};
    expect(answeredAt - receivedAt).to.be.closeTo(1.501, 0.001);
  });

  it('tells of writes by anybody and of whatever the operator asks', () => {
    expect(auditedRequest(line('get', 'admin'))).to.equal(undefined);
    expect(auditedRequest(line('delete', 'admin'))?.writes).to.equal(true);
    expect(auditedRequest(line('list', OPERATOR_USER))?.writes).to.equal(false);
  });
});

describe('isOperators', () => {
  const refused = { responseStatus: { code: 409 } };
  const lease = { objectRef: { resource: 'leases', namespace: 'a', name: 'b' } };
  const dryRun = { requestURI: '/api/v1/namespaces/a?dryRun=All' };
  const cases = [
    ['a write of its own', line('create', OPERATOR_USER), true],
    ['a write of somebody else', line('create', 'admin'), false],
    ['a read', line('watch', OPERATOR_USER), false],
    ['a refused write', line('create', OPERATOR_USER, refused), false],
    ['a renewal of the Lease', line('update', OPERATOR_USER, lease), false],
    ['a dry run', line('patch', OPERATOR_USER, dryRun), false],
  ] as const;
  for (const [what, text, expected] of cases) {
    it(`${expected ? 'counts' : 'does not count'} ${what}`, () => {
      const request = auditedRequest(text);
      expect(request !== undefined && isOperators(request)).to.equal(expected);
    });
  }
});
