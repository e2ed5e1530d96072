import { expect } from 'chai';
import { spelled } from '../../hack/support/audit-log.ts';
import { OPERATOR_USER } from '../../hack/support/operator-kubeconfig.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { startCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { Exercise } from './harness/exercise.ts';
import { apiGroup } from './harness/platform-objects.ts';
import { LEASE, posture } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { grantableRights, grantedRights, rightFor, spelledRight } from './harness/rights.ts';
import type { Right } from './harness/rights.ts';
import { eventually, until } from './harness/until.ts';
import { without } from './harness/without-rights.ts';

const SAMPLE = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'parapet-grantable-view' };
const OPERATOR_GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:parapet-system', 'system:authenticated'];
const REPORTS = ['ClusterSecurityPolicy', 'SecurityException', 'NamespacePosture'];

const TELLING = ['clustersecuritypolicies/status', 'securityexceptions/status', 'namespacepostures', 'events'];

const isOf =
  (...resources: readonly string[]) =>
  ({ resource }: Right): boolean =>
    resources.includes(resource);
const is =
  (verb: string, which: (right: Right) => boolean = () => true) =>
  (right: Right): boolean =>
    right.verb === verb && which(right);
const not =
  (which: (right: Right) => boolean) =>
  (right: Right): boolean =>
    !which(right);

describe('The permissions in config/rbac', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let operator: OperatorProcess | undefined;

  before(async () => {
    // Without WatchList the operator lists before it watches: it uses all that it ever uses.
    cluster = await startCluster('--audit-log', '--feature-gates', 'WatchList=false');
    await cluster.admin.create(apiGroup('cilium.io'));
  });
  after(async () => {
    await cluster.admin.close();
    await cluster.controlPlane.stop();
  });
  afterEach(async () => {
    await operator?.stop();
    operator = undefined;
  });

  it('are each used, and nothing is asked beyond them', async () => {
    await start().then(working);
    const exercise = await exercised('full');
    await exercise.tamper();
    await exercise.repaired();
    await exercise.deleteTwice();
    await exercise.tighten();
    await exercise.begun();
    await exercise.end();
    await exercise.ended();

    const entries = await cluster.auditLog(OPERATOR_USER);
    expect(entries.filter(({ responseStatus }) => responseStatus?.code === 403).map(spelled)).to.deep.equal([]);
    const used = new Set(entries.map(rightFor));
    expect(spelledAll(grantedRights.filter((right) => !used.has(right)))).to.deep.equal([]);
    const beyond = entries.filter((entry) => entry.objectRef !== undefined && rightFor(entry) === undefined);
    // Which Kubernetes grants everybody: who am I?
    expect([...new Set(beyond.map(spelled))]).to.deep.equal(['create selfsubjectreviews /']);
  });

  it('let policies grant what the samples name, and no right of those is there in vain', async () => {
    await start().then(working);
    const name = 'granting';
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { granting: '' } } });
    const subjects = [{ kind: 'Group', name: 'people' }];
    for (const [verb, rights] of Map.groupBy(grantableRights, (right) => right.verb)) {
      const roles = rights.map((right) => ({ name: roleName(right), ...granted(right), subjects }));
      const namespaceSelector = { matchLabels: { granting: '' } };
      const spec = { mode: 'Enforce', namespaceSelector, roles };
      const kind = 'ClusterSecurityPolicy';
      await cluster.admin.create({ apiVersion: 'parapet.dev/v1alpha1', kind, metadata: { name: verb }, spec });
      await reconciled(cluster, verb, '1/1');
    }
    await without(cluster.admin, grantableRights, () =>
      eventually('each is Blocked', async () => {
        const { slots } = await cluster.admin.read(posture(name));
        const blocked = slots.filter(({ reason }) => reason === 'BeyondGrantable').map(({ slot: id }) => id);
        expect(blocked).to.include.members(grantableRights.map((right) => `RoleBinding/parapet-${roleName(right)}`));
      }),
    );
  });

  // That sample holds some of the same rights.
  describe('without the sample of what policies may grant', () => {
    const missed = new Set<Right>();

    before(async () => {
      const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] }];
      await cluster.admin.patch(SAMPLE, { rules });
      const pods = grantedRights.filter(isOf('pods'));
      await until('the sample is out of the sum', () => without(cluster.admin, pods, () => refusesAll(pods)));
    });

    it('are each granted once: where one is taken the API server says no', async () => {
      for (const right of grantedRights) {
        await until(`${spelledRight(right)} is granted`, async () => !(await refusesAll([right])));
        await without(cluster.admin, [right], () =>
          until(`${spelledRight(right)} is refused`, () => refusesAll([right]), 5_000),
        );
      }
    });

    const starts = async (): Promise<void> => void (await start());
    const freeLease = async (): Promise<void> => {
      const { apiVersion, kind, name, namespace = '' } = LEASE;
      await cluster.admin.create({ apiVersion, kind, metadata: { name, namespace } });
    };
    /** What is taken from an operator that starts, and what has to happen before it does. */
    const starting: readonly [string, (right: Right) => boolean, () => Promise<void>][] = [
      [
        'list, or get its Lease',
        (right) => is('list', not(isOf('pods')))(right) || is('get', isOf('leases'))(right),
        starts,
      ],
      [
        'watch, or create its Lease',
        (right) => is('watch')(right) || is('create', isOf('leases'))(right),
        () => cluster.admin.delete(LEASE).then(starts),
      ],
      [
        'get what the platform is told by, or update its Lease',
        (right) => is('get', not(isOf('leases')))(right) || is('update')(right),
        () => freeLease().then(starts),
      ],
    ];
    for (const [what, taken, begin] of starting) {
      it(`are missed, and named, where it may not ${what}`, () => missing(taken, begin));
    }

    /** What is taken from an operator at work, and what it is then asked for. */
    const atWork: readonly [string, (right: Right) => boolean, (exercise: Exercise) => Promise<void>][] = [
      ['patch what it reports with', is('patch', isOf(...TELLING)), repeats],
      ['patch what it keeps', is('patch', not(isOf(...TELLING))), patches],
      ['list pods', isOf('pods'), (exercise) => exercise.tighten()],
      ['delete Roles', is('delete', isOf('roles')), (exercise) => exercise.end()],
      ['delete reports', is('delete', isOf('namespacepostures')), (exercise) => exercise.end()],
      ['delete anything else', is('delete', not(isOf('roles', 'namespacepostures'))), (exercise) => exercise.end()],
      ['create reports', is('create', isOf('namespacepostures')), (exercise) => again(exercise).begin()],
      [
        'create anything else',
        is('create', not(isOf('leases', 'namespacepostures'))),
        (exercise) => again(exercise).begin(),
      ],
    ];
    for (const [index, [what, taken, act]] of atWork.entries()) {
      it(`are missed, and named, where it may not ${what}`, async () => {
        await start().then(working);
        const exercise = await exercised(`missing-${index}`);
        await exercise.deleteTwice();
        await missing(taken, () => act(exercise));
      });
    }

    it('are all among those that were missed', () => {
      expect(spelledAll(grantedRights.filter((right) => !missed.has(right)))).to.deep.equal([]);
    });

    const again = ({ name }: Exercise): Exercise => new Exercise(cluster, `${name}-again`);

    async function repeats(exercise: Exercise): Promise<void> {
      await exercise.deleteTwice();
      await again(exercise).begin();
    }

    async function patches(exercise: Exercise): Promise<void> {
      await exercise.tamper();
      await again(exercise).begin();
    }

    /** Each right is seen refused by itself, and each is told of where an admin looks. */
    async function missing(which: (right: Right) => boolean, action: () => Promise<void>): Promise<void> {
      const taken = grantedRights.filter(which);
      await without(cluster.admin, taken, async () => {
        await until('they are refused', () => refusesAll(taken));
        const since = await cluster.operatorRequests();
        await action();
        await eventually('the operator was refused each', async () => {
          const refused = (await since()).filter(({ responseStatus }) => responseStatus?.code === 403).map(rightFor);
          expect(spelledAll(taken.filter((right) => !refused.includes(right)))).to.deep.equal([]);
        });
        await eventually('the operator says so', async () => {
          const said = await words();
          expect(spelledAll(taken.filter((right) => !names(said, right)))).to.deep.equal([]);
        });
      });
      for (const right of taken) missed.add(right);
    }

    /** All that the operator says: its log, its readiness and its reports. */
    async function words(): Promise<string> {
      const reports = REPORTS.map((kind) => cluster.admin.list({ apiVersion: 'parapet.dev/v1alpha1', kind }));
      const said = [operator?.logs, await operator?.health('/readyz'), await Promise.all(reports)];
      return JSON.stringify(said).replaceAll('\\', '');
    }
  });

  async function start(): Promise<OperatorProcess> {
    operator = await cluster.startOperator();
    return operator;
  }

  function working(started: OperatorProcess): Promise<void> {
    return started.working();
  }

  async function exercised(name: string): Promise<Exercise> {
    const exercise = new Exercise(cluster, name);
    await exercise.begin();
    await exercise.begun();
    return exercise;
  }

  /** Whether the API server says no to the operator, of all of these. */
  async function refusesAll(rights: readonly Right[]): Promise<boolean> {
    const answers = await Promise.all(rights.map(allows));
    return !answers.includes(true);
  }

  async function allows({ group, resource: full, verb, name, role }: Right): Promise<boolean> {
    const [resource, subresource] = full.split('/');
    const resourceAttributes = { group, resource, subresource, verb, name, namespace: role.namespace };
    const { status } = await cluster.admin.call<{ readonly status: { readonly allowed: boolean } }>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: { user: OPERATOR_USER, groups: OPERATOR_GROUPS, resourceAttributes } },
    });
    return status.allowed;
  }
});

/** Whether a text names a right in the API server's words, or a reflector's. */
function names(text: string, { verb, resource, name }: Right): boolean {
  const subject = name === undefined || verb !== 'get' ? '' : `"${name}" is forbidden: User "${OPERATOR_USER}" `;
  return (
    text.includes(`${subject}cannot ${verb} resource "${resource}"`) ||
    text.includes(`may not list and watch ${resource}`)
  );
}

function roleName({ verb, group, resource }: Right): string {
  return `${verb}-${resource.replace('/', '-')}-${group.split('.')[0]}`.replace(/-$/, '');
}

/** What a policy's role has to say so that Parapet needs this right to write it. */
function granted({ verb, group, resource, name }: Right): object {
  if (verb === 'bind') return { clusterRole: name };
  return { rules: [{ apiGroups: [group], resources: [resource], verbs: [verb] }] };
}

function spelledAll(rights: readonly Right[]): readonly string[] {
  return rights.map(spelledRight);
}
