import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { readAuditLog, writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import { OPERATOR_USER } from '../../hack/support/operator-kubeconfig.ts';
import type { Explanation } from '../../src/output/explanation.ts';
import type { ChangePreview, NamespacePreview, Preview } from '../../src/output/preview.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { objectKindOf, objectKinds, wholeKinds } from '../../src/slots/object-kinds.ts';
import { parapet } from '../commands/support/workspace.ts';
import { generatedSpec } from '../plan/generated-policies.ts';
import { startCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { allReconciled } from './harness/reports.ts';

const CASES = 200;
const SEED = Number(process.env['PARITY_SEED'] ?? Date.now() % 1_000_000);
const READER = 'system:serviceaccount:default:planner';
const POLICIES = { apiVersion: 'parapet.dev/v1alpha1', kind: 'ClusterSecurityPolicy' };

const TAMPERINGS = ['none', 'none', 'delete', 'empty', 'unlabel', 'squat'] as const;
type Tampering = (typeof TAMPERINGS)[number];

const policySet = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), generatedSpec), {
  minLength: 1,
  selector: ([name]) => name,
});

/** One namespace: what it is under, what becomes of it while nobody looks, and what it is to be under. */
const generatedCase = fc.record({
  labels: fc.constantFrom({}, { size: 'large' }),
  stranger: fc.boolean(),
  before: policySet,
  tampering: fc.constantFrom(...TAMPERINGS),
  pick: fc.nat(),
  after: policySet,
});
type Case = typeof generatedCase extends fc.Arbitrary<infer T> ? T & { readonly namespace: string } : never;

describe('parapet plan, against a real API server', function () {
  this.timeout(400_000);
  let cluster: Cluster;
  let cases: readonly Case[];
  let preview: Preview;
  let writes: readonly AuditEntry[];
  let readerRequests: readonly AuditEntry[];

  before(async () => {
    cluster = await startCluster('--audit-log');
    cases = fc
      .sample(generatedCase, { numRuns: CASES, seed: SEED })
      .map((each, index) => ({ ...each, namespace: `case-${index}` }));
    await each(cases, prepare);

    const operator = await cluster.startOperator();
    await settled();
    await operator.stop();
    await each(cases, tamper);

    const { file, kubeconfig } = await overlay();
    const planned = (): ReturnType<typeof parapet> =>
      parapet('plan', '-f', file, '--kubeconfig', kubeconfig, '-o', 'json');
    const first = await planned();
    expect(first.code, first.err).to.equal(1);
    preview = JSON.parse(first.out) as Preview;
    expect((await planned()).out).to.equal(first.out);
    readerRequests = await cluster.auditLog(READER);

    const log = join(cluster.controlPlane.dir, 'audit.log');
    const { size } = await stat(log);
    await each(cases, ({ namespace, after }) => applyAll(namespace, after));
    const next = await cluster.startOperator();
    await settled();
    writes = writesOf(await readAuditLog(log, OPERATOR_USER, size)).filter(isCommitted);
    await next.stop();
  });
  after(() => cluster.controlPlane.stop());

  it(`foretells every object the operator then writes, in ${CASES} namespaces (PARITY_SEED=${SEED})`, () => {
    const foretold = new Map(preview.namespaces.map((each) => [each.namespace, each]));
    const differing = cases.flatMap(({ namespace, ...rest }) => {
      const said = spelledChanges(foretold.get(namespace));
      const done = writes.filter(({ objectRef }) => objectRef?.namespace === namespace).map(spelledWrite);
      return said.toSorted().join() === done.toSorted().join() ? [] : [{ namespace, said, done, ...rest }];
    });
    expect(JSON.stringify(differing.slice(0, 2), null, 1)).to.equal('[]');
  });

  it('foretells what each object then holds', async () => {
    const live = new Map<string, KubeObject>();
    for (const { resource } of objectKinds) {
      for (const object of await cluster.admin.list({ apiVersion: apiVersionOf(resource), kind: resource.kind })) {
        live.set(keyOf(object), object);
      }
    }
    const changes = preview.namespaces.flatMap((each) => each.changes);
    const objects = changes.flatMap(({ object }) => object ?? []);
    expect(objects).to.have.length.above(CASES);
    for (const object of objects) {
      const found = live.get(keyOf(object));
      if (found === undefined) throw new Error(`${keyOf(object)} was foretold and is not there`);
      expect(contentOf(found), keyOf(object)).to.deep.equal(contentOf(object));
      expect(found.metadata.labels ?? {}).to.include(object.metadata.labels ?? {});
      expect(found.metadata.annotations ?? {}).to.include(object.metadata.annotations ?? {});
    }
  });

  it('tries what matters: every action, strangers, frozen and left objects', () => {
    const actions = preview.namespaces.flatMap(({ changes }) => changes.map(({ action }) => action));
    expect(new Set(actions)).to.include.keys('create', 'change', 'delete');
    const states = preview.namespaces.flatMap(({ findings }) => findings.map(({ state }) => state));
    expect(new Set(states)).to.include.keys('Foreign', 'Frozen', 'Missing');
    expect(preview.summary.objects.dueAnyway).to.be.above(0);
  });

  it('reads, and does nothing but read', () => {
    expect(readerRequests).not.to.deep.equal([]);
    expect(new Set(readerRequests.map(({ verb }) => verb))).to.deep.equal(new Set(['list', 'get', 'watch']));
    expect(readerRequests.filter(({ responseStatus }) => responseStatus?.code === 403)).to.deep.equal([]);
  });

  it('explains a namespace to whoever may read, with the platform it found', async () => {
    const kubeconfig = join(cluster.controlPlane.dir, 'planner.kubeconfig');
    const { code, out, err } = await parapet('explain', 'case-0', '--kubeconfig', kubeconfig, '-o', 'json');
    expect(code, err).to.equal(0);
    const { policies, slots, platform, assumed } = JSON.parse(out) as Explanation;
    // Whether they select it is up to the generated case.
    expect(policies.map(({ name }) => name.slice(0, 7))).to.include('case-0-');
    expect(slots.filter(({ next }) => next !== 'nothing')).to.deep.equal([]);
    expect(platform.apiServer.endpoints).not.to.deep.equal([]);
    expect(assumed).to.deep.equal(['dns', 'nodeCidrs', 'cloud', 'cni']);
  });

  async function prepare({ namespace, labels, stranger, before }: Case): Promise<void> {
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
    if (stranger) await cluster.admin.create(strangersQuota(namespace), 'tenant');
    await applyAll(namespace, before);
  }

  async function applyAll(namespace: string, policies: Case['before']): Promise<void> {
    for (const policy of policies) await cluster.admin.apply(policyObject(namespace, policy));
  }

  /** Every policy, at its present generation, in every namespace it selects. */
  function settled(): Promise<void> {
    // Not a claim of speed: a busy machine takes over a minute for the 2,000 objects.
    return allReconciled(cluster, 150_000);
  }

  async function tamper({ namespace, tampering, pick }: Case): Promise<void> {
    const objects = await ours(namespace);
    const object = objects[pick % Math.max(1, objects.length)];
    if (object === undefined || tampering === 'none') return;
    const ref = { apiVersion: object.apiVersion, kind: object.kind, namespace, name: object.metadata.name };
    await TAMPER[tampering](cluster, ref, object);
  }

  async function ours(namespace: string): Promise<readonly KubeObject[]> {
    const lists = wholeKinds.map(({ resource }) =>
      cluster.admin.list({ apiVersion: apiVersionOf(resource), kind: resource.kind, namespace }),
    );
    return (await Promise.all(lists))
      .flat()
      .filter(({ metadata }) => metadata.labels?.['parapet.dev/slot'] !== undefined);
  }

  /** The policies that are to be, as a file, and a kubeconfig of somebody who may only read. */
  async function overlay(): Promise<{ readonly file: string; readonly kubeconfig: string }> {
    const { dir } = cluster.controlPlane;
    const items = cases.flatMap(({ namespace, after }) => after.map((policy) => policyObject(namespace, policy)));
    const file = join(dir, 'after.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return { file, kubeconfig: await readersKubeconfig(cluster) };
  }
});

type TamperRef = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
};

const EMPTIED: Readonly<Record<string, object>> = {
  NetworkPolicy: { spec: { podSelector: { matchLabels: { app: 'none' } }, ingress: null, egress: null } },
  ResourceQuota: { spec: { hard: { pods: '77' } } },
  LimitRange: { spec: { limits: [] } },
  Role: { rules: [] },
  RoleBinding: { subjects: [] },
};

const TAMPER: Readonly<
  Record<Exclude<Tampering, 'none'>, (cluster: Cluster, ref: TamperRef, object: KubeObject) => Promise<unknown>>
> = {
  delete: ({ admin }, ref) => admin.delete(ref),
  empty: ({ admin }, ref) => admin.edit(ref, EMPTIED[ref.kind] ?? {}),
  unlabel: ({ admin }, ref) => admin.edit(ref, { metadata: { labels: null, annotations: null } }),
  squat: async ({ admin }, ref, object) => {
    await admin.delete(ref);
    const members = objectKindOf(ref.kind)?.members ?? [];
    const content = Object.fromEntries(members.map((member) => [member, object[member]]));
    const { apiVersion, kind, namespace, name } = ref;
    await admin.create({ apiVersion, kind, metadata: { name, namespace }, ...content }, 'tenant');
  },
};

/** A few at a time: enough to be quick, and no more than the API server takes without a queue. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

/** Generated policies select by label at most; the name keeps each case to its own namespace. */
function policyObject(namespace: string, [name, spec]: Case['before'][number]): KubeObject {
  return { ...POLICIES, metadata: { name: `${namespace}-${name}` }, spec: { ...spec, includeNames: [namespace] } };
}

function strangersQuota(namespace: string): KubeObject {
  const metadata = { name: 'parapet-compute', namespace };
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '5' } } };
}

const VERBS: Readonly<Record<ChangePreview['action'], readonly string[]>> = {
  create: ['create'],
  change: ['patch'],
  recreate: ['delete', 'create'],
  delete: ['delete'],
};

function spelledChanges(namespace: NamespacePreview | undefined): readonly string[] {
  return (namespace?.changes ?? []).flatMap(({ action, slot }) => {
    const [kind = '', name = ''] = slot.split('/');
    return VERBS[action].map((verb) => `${verb} ${objectKindOf(kind)?.resource.plural} ${name}`);
  });
}

function spelledWrite({ verb, objectRef = {} }: AuditEntry): string {
  return `${verb} ${objectRef.resource} ${objectRef.name}`;
}

const plurals = new Set(objectKinds.map(({ resource }) => resource.plural));

function isCommitted({ objectRef, responseStatus }: AuditEntry): boolean {
  return plurals.has(objectRef?.resource ?? '') && (responseStatus?.code ?? 0) < 300;
}

function keyOf({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

function contentOf(object: Pick<KubeObject, 'kind'> & Readonly<Record<string, unknown>>): unknown {
  return objectKindOf(object.kind)?.normalize(object);
}

/** A ServiceAccount with the ClusterRole that docs/cli.md asks for, and no more. */
async function readersKubeconfig({ controlPlane, admin, kubectl }: Cluster): Promise<string> {
  const guide = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  const [, role = ''] = /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(guide) ?? [];
  await admin.create(parse(role) as KubeObject);
  await kubectl(['create', 'serviceaccount', 'planner', '--namespace', 'default']);
  await kubectl([
    'create',
    'clusterrolebinding',
    'planner',
    '--clusterrole=parapet-plan',
    '--serviceaccount=default:planner',
  ]);
  const token = await kubectl(['create', 'token', 'planner', '--namespace', 'default']);
  const config = parse(await readFile(controlPlane.kubeconfig, 'utf8')) as { users: object[] };
  const users = config.users.map((user) => ({ ...user, user: { token: token.trim() } }));
  const file = join(controlPlane.dir, 'planner.kubeconfig');
  await writeFile(file, stringify({ ...config, users }), { mode: 0o600 });
  return file;
}
