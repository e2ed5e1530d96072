import { expect } from 'chai';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { resourceQuota } from '../../src/slots/resource-quota.ts';
import { claim, context, named } from './fold-context.ts';

const kind = objectKindOf('ResourceQuota');
const spec = (members: unknown) => kind?.normalize({ spec: members }) ?? {};

type Block = Parameters<typeof resourceQuota.validate>[0];

describe('resourceQuota: fold', () => {
  it('writes quantities as the API server answers them', () => {
    const block = [
      {
        name: 'compute',
        hard: { 'requests.cpu': 0.5, 'limits.memory': '1024Mi', pods: '1e1', 'requests.memory': '1500m' },
      },
    ];
    const desired = resourceQuota.fold([claim('a', block as Block)], context());
    expect(named(desired, 'parapet-compute').content).to.deep.equal({
      spec: { hard: { 'requests.cpu': '500m', 'limits.memory': '1Gi', pods: '10', 'requests.memory': '1500m' } },
    });
  });

  it('gives a quota to the highest priority as a whole: keys do not mix', () => {
    const small = claim('small', [{ name: 'compute', hard: { pods: 10, services: 2 } }], 100);
    const large = claim('large', [{ name: 'compute', hard: { pods: 400 } }], 200);
    const [desired] = resourceQuota.fold([small, large], context());
    expect(desired).to.deep.include({
      content: { spec: { hard: { pods: '400' } } },
      policies: ['large'],
      conflicts: [],
    });
  });

  it('finds no conflict between different spellings of the same quota', () => {
    const one = claim('a', [
      { name: 'compute', hard: { 'requests.memory': '1Gi' }, scopes: ['Terminating', 'NotBestEffort'] },
    ] as Block);
    const two = claim('b', [
      { name: 'compute', hard: { 'requests.memory': '1024Mi' }, scopes: ['NotBestEffort', 'Terminating'] },
    ] as Block);
    expect(resourceQuota.fold([two, one], context())[0]).to.deep.include({ policies: ['a'], conflicts: [] });
  });

  it('keeps quotas of different names apart', () => {
    const desired = resourceQuota.fold(
      [claim('a', [{ name: 'compute', hard: { pods: 1 } }]), claim('b', [{ name: 'objects', hard: { services: 1 } }])],
      context(),
    );
    expect(desired.map(({ name, policies }) => [name, ...policies])).to.deep.equal([
      ['parapet-compute', 'a'],
      ['parapet-objects', 'b'],
    ]);
  });
});

describe('resourceQuota: normalize', () => {
  it('leaves out what Kubernetes drops', () => {
    expect(spec({ hard: {}, scopes: [] })).to.deep.equal({ spec: {} });
  });

  it('keeps a quantity that it cannot read, so that it shows as a difference', () => {
    expect(spec({ hard: { pods: 'lots' } })).to.deep.equal({ spec: { hard: { pods: 'lots' } } });
  });
});

describe('resourceQuota: needsRecreate', () => {
  it('is only for a change of scopes, which Kubernetes holds immutable', () => {
    const live = spec({ hard: { pods: 1 }, scopes: ['Terminating', 'NotBestEffort'] });
    expect(kind?.needsRecreate?.(live, spec({ hard: { pods: 2 }, scopes: ['NotBestEffort', 'Terminating'] }))).to.equal(
      false,
    );
    expect(kind?.needsRecreate?.(live, spec({ hard: { pods: 1 }, scopes: ['Terminating'] }))).to.equal(true);
    expect(kind?.needsRecreate?.(live, spec({ hard: { pods: 1 } }))).to.equal(true);
  });
});

describe('resourceQuota: validate', () => {
  const exists = (scopeName: string) => ({ scopeName, operator: 'Exists' });

  for (const [path, members] of [
    ['[0].hard[cpus]', { hard: { cpus: 1 } }],
    ['[0].hard[a b]', { hard: { 'a b': 1 } }],
    ['[0].hard[pods]', { hard: { pods: -1 } }],
    ['[0].hard[pods]', { hard: { pods: '0.5' } }],
    ['[0].hard[nvidia.com/gpu]', { hard: { 'nvidia.com/gpu': '500m' } }],
    ['[0].hard[cpu]', { hard: { cpu: '1GB' } }],
    ['[0].hard[cpu]', { hard: { cpu: '10E' } }],
    ['[0].scopes', { hard: { services: 1 }, scopes: ['BestEffort'] }],
    ['[0].scopes', { hard: { 'hugepages-2Mi': 1 }, scopes: ['Terminating'] }],
    ['[0].scopes', { hard: { pods: 1 }, scopes: ['Terminating', 'NotTerminating'] }],
    [
      '[0].scopeSelector.matchExpressions',
      { hard: { pods: 1 }, scopeSelector: { matchExpressions: [exists('BestEffort'), exists('NotBestEffort')] } },
    ],
    [
      '[0].scopeSelector.matchExpressions[0].values',
      { hard: { pods: 1 }, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
    ],
    [
      '[0].scopeSelector.matchExpressions[0].operator',
      {
        hard: { pods: 1 },
        scopeSelector: { matchExpressions: [{ scopeName: 'Terminating', operator: 'In', values: ['a'] }] },
      },
    ],
  ] as const) {
    it(`names ${path} in ${JSON.stringify(members)}`, () => {
      const block: unknown = [{ name: 'compute', ...members }];
      expect(resourceQuota.validate(block as Block).map((problem) => problem.path)).to.deep.equal([path]);
    });
  }

  it('names the second of two quotas with one name', () => {
    const twice = [
      { name: 'a', hard: { pods: 1 } },
      { name: 'a', hard: { pods: 2 } },
    ];
    expect(resourceQuota.validate(twice).map((problem) => problem.path)).to.deep.equal(['[1].name']);
  });

  it('lets every kind of resource pass that Kubernetes takes', () => {
    const hard = {
      cpu: '1',
      'requests.cpu': 2,
      'count/deployments.apps': 3,
      'nvidia.com/gpu': 4,
      'requests.nvidia.com/gpu': 4,
      'hugepages-2Mi': '1Gi',
      'requests.storage': '1Ti',
      'gold.storageclass.storage.k8s.io/requests.storage': '500Gi',
    };
    expect(resourceQuota.validate([{ name: 'a', hard }])).to.deep.equal([]);
  });
});
