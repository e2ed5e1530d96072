import { expect } from 'chai';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import type { ContainerFacts, PodFacts, Workloads } from '../../src/slots/workloads.ts';
import { podAmount } from '../../src/slots/workloads.ts';

const kind = objectKindOf('ResourceQuota');
const quota = (hard: object, more: object = {}) => kind?.normalize({ spec: { hard, ...more } }) ?? {};
const limitRange = (limit: object) =>
  objectKindOf('LimitRange')?.normalize({ spec: { limits: [{ type: 'Container', ...limit }] } }) ?? {};

function container(requests: ContainerFacts['requests'] = {}, more: Partial<ContainerFacts> = {}): ContainerFacts {
  return { name: 'c', requests, limits: {}, sidecar: false, ...more };
}

function pod(name: string, more: Partial<PodFacts> = {}): PodFacts {
  const none = { requests: {}, limits: {}, overhead: {}, initContainers: [] };
  return {
    name,
    containers: [container()],
    bestEffort: false,
    terminating: false,
    priorityClass: '',
    ...none,
    ...more,
  };
}

function asking(name: string, cpu: string, more: Partial<PodFacts> = {}): PodFacts {
  return pod(name, { containers: [container({ cpu })], ...more });
}

function hold(
  next: ReturnType<typeof quota>,
  workloads: Partial<Workloads>,
  live?: ReturnType<typeof quota>,
): string | undefined {
  const all = { pods: [], warnings: undefined, used: {}, limitRanges: [], ...workloads };
  const found = kind?.hold?.('parapet-compute', { next, live }, all);
  return found === undefined || found === 'look' ? found : `${found.reason}: ${found.message}`;
}

describe('a quota below what is in use', () => {
  const two = [asking('a', '1500m'), asking('b', '1')];
  const table: readonly (readonly [what: string, held: RegExp | undefined, () => string | undefined])[] = [
    [
      'waits by the count of its own status',
      /pods 12 of 10/,
      () => hold(quota({ pods: 10 }), { used: { 'parapet-compute': { pods: '12' } } }, quota({ pods: 20 })),
    ],
    [
      'waits by the pods where it is new',
      /requests.cpu 2500m of 2/,
      () => hold(quota({ 'requests.cpu': 2 }), { pods: two }),
    ],
    ['goes ahead where there is room', undefined, () => hold(quota({ 'requests.cpu': '2.5' }), { pods: two })],
    ['counts pods by number', /pods 2 of 1/, () => hold(quota({ pods: 1 }), { pods: two })],
    [
      'goes ahead when it is raised, though still too small',
      undefined,
      () => hold(quota({ pods: 5 }), { used: { 'parapet-compute': { pods: '9' } } }, quota({ pods: 3 })),
    ],
    ['goes ahead for what nobody has counted', undefined, () => hold(quota({ secrets: 1 }), { pods: two })],
    [
      'counts only the pods it covers',
      undefined,
      () => hold(quota({ pods: 1 }, { scopes: ['BestEffort'] }), { pods: two }),
    ],
    [
      'counts the pods of a priority class',
      /pods 1 of 0/,
      () =>
        hold(
          quota(
            { pods: 0 },
            { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
          ),
          { pods: [asking('a', '1', { priorityClass: 'high' }), ...two] },
        ),
    ],
    [
      'does not judge by a scope it cannot see',
      undefined,
      () => hold(quota({ pods: 0 }, { scopes: ['CrossNamespacePodAffinity'] }), { pods: two }),
    ],
  ];
  for (const [what, held, judge] of table) {
    it(what, () => {
      if (held === undefined) expect(judge()).to.equal(undefined);
      else
        expect(judge())
          .to.match(/^QuotaBelowUse/)
          .and.match(held);
    });
  }
});

describe('a quota that makes containers state something', () => {
  const plain = [pod('a'), pod('b'), pod('c'), pod('d'), asking('e', '1')];
  const wide = quota({ 'requests.cpu': 100 });

  it('waits while pods do not, and names the first few', () => {
    expect(hold(wide, { pods: plain })).to.equal(
      'RequestsMissing: 4 pods (a, b, c and 1 more) without requests.cpu, and no LimitRange gives a default: they could not be created again under a quota on requests.cpu',
    );
  });

  const gone: readonly (readonly [what: string, () => string | undefined])[] = [
    [
      'a LimitRange gives a default request',
      () => hold(wide, { pods: plain, limitRanges: [limitRange({ defaultRequest: { cpu: '1' } })] }),
    ],
    [
      'a LimitRange gives a default limit, which is a request too',
      () => hold(wide, { pods: plain, limitRanges: [limitRange({ default: { cpu: '1' } })] }),
    ],
    ['the pod states it as a whole', () => hold(wide, { pods: [pod('a', { requests: { cpu: '1' } })] })],
    ['the quota demanded it before', () => hold(quota({ 'requests.cpu': 99 }), { pods: plain }, wide)],
    [
      'the quota does not cover the pods',
      () => hold(quota({ 'requests.cpu': 9 }, { scopes: ['Terminating'] }), { pods: plain }),
    ],
    [
      'it is about storage, which nobody has to state',
      () => hold(quota({ 'requests.storage': '1Gi', 'requests.ephemeral-storage': '1Gi' }), { pods: plain }),
    ],
  ];
  for (const [what, judge] of gone) {
    it(`does not wait where ${what}`, () => {
      expect(judge()).to.equal(undefined);
    });
  }

  it('waits where the LimitRange speaks of something else', () => {
    const ranges = [limitRange({ defaultRequest: { memory: '1Gi' } }), limitRange({ max: { cpu: '1' } })];
    expect(hold(quota({ 'limits.cpu': 9 }), { pods: plain, limitRanges: ranges.slice(0, 1) })).to.match(
      /^RequestsMissing/,
    );
  });
});

describe('podAmount', () => {
  const table: readonly (readonly [what: string, PodFacts, string])[] = [
    [
      'adds up the containers',
      pod('a', { containers: [container({ cpu: '1' }), container({ cpu: '500m' })] }),
      '1500m',
    ],
    [
      'takes the largest init container if that is more',
      pod('a', {
        containers: [container({ cpu: '1' })],
        initContainers: [container({ cpu: '3' }), container({ cpu: '2' })],
      }),
      '3',
    ],
    [
      'adds a sidecar to the containers and to what starts after it',
      pod('a', {
        containers: [container({ cpu: '1' })],
        initContainers: [container({ cpu: '1' }, { sidecar: true }), container({ cpu: '3' })],
      }),
      '4',
    ],
    [
      'takes what the pod states as a whole',
      pod('a', { requests: { cpu: '7' }, containers: [container({ cpu: '1' })] }),
      '7',
    ],
    ['adds the overhead', pod('a', { containers: [container({ cpu: '1' })], overhead: { cpu: '250m' } }), '1250m'],
    ['is nothing where nothing is said', pod('a'), '0'],
  ];
  for (const [what, facts, amount] of table) {
    it(what, () => {
      expect(podAmount(facts, 'requests', 'cpu')).to.equal(amount);
    });
  }
});
