import { expect } from 'chai';
import type { AuditedRequest } from '../../hack/bench/audited-request.ts';
import { repaired } from '../../hack/bench/phases/repair.ts';
import { OPERATOR_USER } from '../../hack/support/operator-kubeconfig.ts';

const resource = { group: '', version: 'v1', plural: 'roles', kind: 'Role', namespaced: true };
const tampering = { target: { resource, namespace: 'a', name: 'b', path: '', body: '' }, action: 'edit' as const };

function request(user: string, receivedAt: number, answeredAt: number, code = 200): AuditedRequest {
  const object = { resource: 'roles', subresource: '', namespace: 'a', name: 'b' };
  return { verb: 'patch', uri: '', writes: true, user, code, ...object, receivedAt, answeredAt };
}

describe('repaired', () => {
  const hit = request('admin', 10, 12);

  it('counts from the tampering’s answer to the repair’s', () => {
    expect(repaired([hit, request(OPERATOR_USER, 13, 15)], tampering)).to.include({ ms: 3, serverMs: 2, attempts: 1 });
  });

  it('counts from the tampering’s arrival where the repair was on its way before that was answered', () => {
    expect(repaired([request(OPERATOR_USER, 11, 11.5), hit], tampering)).to.include({ ms: 1.5 });
  });

  it('counts refused attempts, and waits for one that is not', () => {
    const refused = request(OPERATOR_USER, 13, 14, 409);
    expect(repaired([hit, refused], tampering)).to.equal(undefined);
    expect(repaired([hit, refused, request(OPERATOR_USER, 15, 17)], tampering)).to.include({ ms: 5, attempts: 2 });
  });

  it('takes nothing for a repair that was written before', () => {
    expect(repaired([request(OPERATOR_USER, 7, 9), hit], tampering)).to.equal(undefined);
  });
});
