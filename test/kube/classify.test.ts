import { expect } from 'chai';
import { classify, type WriteMethod } from '../../src/kube/classify.ts';
import type { StatusBody } from '../../src/kube/reply.ts';

interface Case {
  readonly name: string;
  readonly method: WriteMethod;
  readonly status: number;
  readonly body?: unknown;
  readonly expected: string;
}

const created = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
const terminating = status('forbidden: namespace is being terminated', {
  causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }],
});
const immutableUid = status('metadata.uid: Invalid value: field is immutable', {
  causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }],
});

const CASES: readonly Case[] = [
  { name: 'a created object', method: 'POST', status: 201, body: created, expected: 'done' },
  { name: 'a patched object', method: 'PATCH', status: 200, body: created, expected: 'done' },
  {
    name: 'a deleted object',
    method: 'DELETE',
    status: 200,
    body: { kind: 'Status', status: 'Success' },
    expected: 'done',
  },
  {
    name: 'a deleted object that its finalizers keep',
    method: 'DELETE',
    status: 200,
    body: { ...created, metadata: { name: 'a', finalizers: ['x/y'] } },
    expected: 'refused/finalizer',
  },
  { name: 'deleting what is gone', method: 'DELETE', status: 404, body: status('not found'), expected: 'done' },
  { name: 'patching what is gone', method: 'PATCH', status: 404, body: status('not found'), expected: 'stale' },
  { name: 'a namespace that is terminating', method: 'POST', status: 403, body: terminating, expected: 'gone' },
  {
    name: 'a namespace that is gone',
    method: 'POST',
    status: 404,
    body: status('namespaces "x" not found', { kind: 'namespaces', name: 'x' }),
    expected: 'gone',
  },
  {
    name: 'a binding whose role is missing',
    method: 'POST',
    status: 404,
    body: status('rolebindings.rbac.authorization.k8s.io "x" not found', { kind: 'rolebindings' }),
    expected: 'refused/invalid',
  },
  { name: 'an object that is there already', method: 'POST', status: 409, body: status('exists'), expected: 'stale' },
  { name: 'another version', method: 'PATCH', status: 409, body: status('modified'), expected: 'stale' },
  { name: 'a failed precondition', method: 'DELETE', status: 409, body: status('precondition'), expected: 'stale' },
  { name: 'a recreated object', method: 'PATCH', status: 422, body: immutableUid, expected: 'stale' },
  {
    name: 'a patch whose place is gone from the object',
    method: 'PATCH',
    status: 422,
    body: status('the server rejected our request due to an error in our request'),
    expected: 'stale',
  },
  {
    name: 'a quota that has not been counted yet',
    method: 'POST',
    status: 403,
    body: status('networkpolicies "x" is forbidden: status unknown for quota: mine, resources: count/networkpolicies'),
    expected: 'refused/quota',
  },
  { name: 'bad input', method: 'POST', status: 422, body: status('spec.hard: Invalid'), expected: 'refused/invalid' },
  { name: 'a bad request', method: 'POST', status: 400, body: status('strict decoding'), expected: 'refused/invalid' },
  { name: 'a body too large', method: 'POST', status: 413, body: status('too large'), expected: 'refused/invalid' },
  {
    name: 'a role beyond the ceiling',
    method: 'POST',
    status: 403,
    body: status('roles "x" is forbidden: user "u" is attempting to grant RBAC permissions not currently held'),
    expected: 'refused/ceiling',
  },
  {
    name: 'a full quota of objects',
    method: 'POST',
    status: 403,
    body: status('roles "x" is forbidden: exceeded quota: objects, requested: count/roles=1'),
    expected: 'refused/quota',
  },
  {
    name: "a webhook's no",
    method: 'POST',
    status: 403,
    body: status('admission webhook "a.b" denied the request: exceeded quota: attempting to grant'),
    expected: 'refused/webhook',
  },
  {
    name: "a webhook's no with a code of its own",
    method: 'PATCH',
    status: 400,
    body: status('admission webhook "a.b" denied the request: never'),
    expected: 'refused/webhook',
  },
  {
    name: "an admission policy's no, which by default is 422",
    method: 'POST',
    status: 422,
    body: status(`roles "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`),
    expected: 'refused/webhook',
  },
  {
    name: 'missing permission',
    method: 'POST',
    status: 403,
    body: status('cannot create'),
    expected: 'refused/permission',
  },
  { name: 'a login page', method: 'POST', status: 403, expected: 'retry' },
  { name: 'a path nobody serves', method: 'POST', status: 404, expected: 'retry' },
  { name: 'expired credentials', method: 'POST', status: 401, body: status('Unauthorized'), expected: 'retry' },
  { name: 'too many requests', method: 'POST', status: 429, expected: 'retry' },
  { name: 'an internal error', method: 'POST', status: 500, body: status('failed calling webhook'), expected: 'retry' },
  { name: 'a bad gateway', method: 'PATCH', status: 502, expected: 'retry' },
  { name: 'an API server that is shutting down', method: 'PATCH', status: 503, expected: 'retry' },
  { name: 'a timeout', method: 'DELETE', status: 504, body: status('timeout'), expected: 'retry' },
];

describe('classify', () => {
  for (const { name, method, status: code, body, expected } of CASES) {
    it(`takes ${name} (${method} ${code}) for ${expected}`, () => {
      const outcome = classify(method, { status: code, body });
      const cause = outcome.result === 'refused' ? `/${outcome.cause}` : '';
      expect(outcome.result + cause).to.equal(expected);
    });
  }

  it('hands on when the API server wants to be asked again', () => {
    expect(classify('POST', { status: 429, body: undefined, retryAfterMs: 2000 })).to.include({ afterMs: 2000 });
  });

  it('names five of the rights that a role is too much by, and what to do about them', () => {
    const rule = (verb: string): string =>
      `{APIGroups:["apps"], Resources:["deployments" "deployments/scale"], Verbs:["${verb}"]}`;
    const missing = Array.from({ length: 40 }, (_, index) => rule(`verb${index}`)).join('\n');
    const said = `roles "x" is forbidden: user "u" (groups=["g"]) is attempting to grant RBAC permissions not currently held:\n${missing}`;
    const outcome = classify('POST', { status: 403, body: status(said) });
    expect(outcome).to.have.property('message').that.includes('verb0 on deployments, deployments/scale in apps');
    expect(outcome).to.have.property('message').that.includes('and more; add it to a ClusterRole labelled');
  });

  it('repeats at most 1 KiB of what the API server says', () => {
    const outcome = classify('POST', { status: 422, body: status('x'.repeat(5000)) });
    expect(outcome).to.have.property('message').with.length(1024);
  });
});

function status(message: string, details: StatusBody['details'] = {}): StatusBody {
  return { kind: 'Status', message, details };
}
