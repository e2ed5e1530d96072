import { expect } from 'chai';
import { TransportError } from '../../src/errors.ts';
import { applyChange, patchObject, writeStatus } from '../../src/kube/apply.ts';
import type { Reply } from '../../src/kube/reply.ts';
import { fakeClient } from './support/fake-client.ts';
import { CONFIG_MAPS, configMap } from './support/objects.ts';

const TARGET = { resource: CONFIG_MAPS, namespace: 'team', name: 'a', uid: 'u', resourceVersion: '7' };
const CHANGE = { ...TARGET, order: 1 };
const PATH = '/api/v1/namespaces/team/configmaps';
const DONE: Reply = { status: 200, body: configMap({ uid: 'u', resourceVersion: '8' }) };
const PRECONDITIONS = [
  { op: 'replace', path: '/metadata/uid', value: 'u' },
  { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
];

describe('applyChange', () => {
  it('creates by POST as the manager parapet', async () => {
    const client = fakeClient({ request: () => ({ ...DONE, status: 201 }) });
    const object = configMap({});
    const outcome = await applyChange(client, { action: 'create', resource: CONFIG_MAPS, order: 1, object });
    expect(outcome).to.deep.equal({ result: 'done', object: DONE.body });
    expect(client.calls[0]).to.deep.include({ method: 'POST', path: PATH, body: object });
    expect(client.calls[0]?.query).to.deep.equal({ fieldManager: 'parapet' });
  });

  it('patches one exact version', async () => {
    const client = fakeClient({ request: () => DONE });
    const operations = [{ op: 'add', path: '/data', value: {} }] as const;
    await applyChange(client, { ...CHANGE, action: 'patch', operations });
    expect(client.calls[0]).to.deep.include({
      method: 'PATCH',
      path: `${PATH}/a`,
      contentType: 'application/json-patch+json',
      body: [...PRECONDITIONS, ...operations],
    });
  });

  it('deletes one exact version', async () => {
    const client = fakeClient({ request: () => ({ status: 200, body: { kind: 'Status' } }) });
    expect(await applyChange(client, { ...CHANGE, action: 'delete' })).to.deep.equal({ result: 'done' });
    expect(client.calls[0]?.body).to.deep.include({
      preconditions: { uid: 'u', resourceVersion: '7' },
      propagationPolicy: 'Background',
    });
  });

  it('recreates by deleting one exact version, then POST', async () => {
    const replies: Reply[] = [
      { status: 200, body: { kind: 'Status' } },
      { ...DONE, status: 201 },
    ];
    const client = fakeClient({ request: () => replies.shift() ?? DONE });
    const outcome = await applyChange(client, { ...CHANGE, action: 'recreate', object: configMap({}) });
    expect(client.calls.map(({ method }) => method)).to.deep.equal(['DELETE', 'POST']);
    expect(outcome).to.have.property('object', DONE.body);
  });

  it('creates nothing when the object to recreate has changed', async () => {
    const client = fakeClient({ request: () => ({ status: 409, body: { kind: 'Status', message: 'precondition' } }) });
    const outcome = await applyChange(client, { ...CHANGE, action: 'recreate', object: configMap({}) });
    expect(outcome.result).to.equal('stale');
    expect(client.calls).to.have.length(1);
  });

  it('turns a broken connection into a retry', async () => {
    const client = fakeClient({
      request: () => {
        throw new TransportError('Network', 'no answer from the API server: ECONNRESET');
      },
    });
    const outcome = await applyChange(client, { ...CHANGE, action: 'delete' });
    expect(outcome).to.deep.equal({ result: 'retry', message: 'no answer from the API server: ECONNRESET' });
  });
});

describe('patchObject', () => {
  it('reaches objects of the whole cluster as well', async () => {
    const client = fakeClient({ request: () => DONE });
    await patchObject(client, { ...TARGET, namespace: '' }, []);
    expect(client.calls[0]?.path).to.equal('/api/v1/configmaps/a');
  });
});

describe('writeStatus', () => {
  it('replaces the whole status of one exact version as the manager parapet-status', async () => {
    const client = fakeClient({ request: () => DONE });
    await writeStatus(client, TARGET, { observedGeneration: 2 });
    expect(client.calls[0]).to.deep.include({
      path: `${PATH}/a/status`,
      query: { fieldManager: 'parapet-status' },
      body: [...PRECONDITIONS, { op: 'add', path: '/status', value: { observedGeneration: 2 } }],
    });
  });
});
