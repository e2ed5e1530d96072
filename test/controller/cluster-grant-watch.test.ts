import { expect } from 'chai';
import { ClusterGrantWatch } from '../../src/controller/cluster-grant-watch.ts';
import { createView } from '../../src/controller/view.ts';
import type { EventNote } from '../../src/kube/events.ts';
import { silentLog } from '../../src/kube/observer.ts';
import { Metrics } from '../../src/metrics.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
let version = 0;

function metadata(name: string): KubeObject['metadata'] {
  return { name, uid: `uid-${name}`, resourceVersion: String((version += 1)) };
}

function clusterRole(name: string, resource: string): KubeObject {
  const rules = [{ apiGroups: [''], resources: [resource], verbs: ['get'] }];
  return { apiVersion, kind: 'ClusterRole', metadata: metadata(name), rules };
}

function binding(name: string, role: string): KubeObject {
  const subjects = [{ kind: 'Group', name: 'team' }];
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name),
    roleRef: { kind: 'ClusterRole', name: role },
    subjects,
  };
}

describe('ClusterGrantWatch', () => {
  function setUp() {
    const view = createView();
    const metrics = new Metrics({ version: 'test' });
    const [notes, logged]: [EventNote[], string[]] = [[], []];
    const log = { ...silentLog, warn: (_: string, fields = {}) => void logged.push(JSON.stringify(fields)) };
    const watch = new ClusterGrantWatch({ view, metrics, log, events: { record: (note) => void notes.push(note) } });
    const change = (object: KubeObject): void => {
      const store = object.kind === 'ClusterRole' ? view.clusterRoles : view.clusterRoleBindings;
      store.ingest(object, { initial: false, receivedAt: 0 });
    };
    const counted = async (): Promise<readonly string[]> =>
      (await metrics.registry.metrics()).match(/^parapet_cluster_grants\{.*$/gm) ?? [];
    return { watch, change, notes, logged, counted, view };
  }

  it('tells once of what is there when the work begins, and makes no Event of it', async () => {
    const { watch, change, notes, logged, counted } = setUp();
    change(clusterRole('reader', 'secrets'));
    change(binding('old', 'reader'));
    expect(logged).to.deep.equal([]);
    watch.begin();
    change(binding('harmless', 'view'));
    expect(logged).to.have.length(1);
    expect(logged[0]).to.include('ClusterRoleBinding/old').and.to.include('list secrets'.replace('list', 'get'));
    expect(notes).to.deep.equal([]);
    expect(await counted()).to.deep.equal(['parapet_cluster_grants{reason="ReadsSecrets"} 1']);
  });

  it('makes one Event of what comes later, by the binding or by its role, and ends the count when it goes', async () => {
    const { watch, change, notes, counted, view } = setUp();
    change(clusterRole('reader', 'pods'));
    watch.begin();
    change(binding('new', 'reader'));
    expect(notes).to.deep.equal([]);
    change(clusterRole('reader', 'secrets'));
    change(clusterRole('other', 'secrets'));
    expect(notes.map(({ regarding, reason }) => [regarding.kind, regarding.name, regarding.uid, reason])).to.deep.equal(
      [['ClusterRoleBinding', 'new', 'uid-new', 'ReadsSecrets']],
    );
    change(clusterRole('reader', 'pods'));
    expect(await counted()).to.deep.equal([]);
    expect(view.clusterRoleBindings.size).to.equal(1);
  });
});
