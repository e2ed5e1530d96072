import { expect } from 'chai';
import { limitRange } from '../../src/slots/limit-range.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { claim, context } from './fold-context.ts';

type Block = Parameters<typeof limitRange.validate>[0];

function normalized(...limits: readonly unknown[]): unknown {
  const { spec } = objectKindOf('LimitRange')?.normalize({ spec: { limits } }) ?? {};
  return (spec as { readonly limits?: unknown }).limits;
}

describe('limitRange: fold', () => {
  it('has one LimitRange per namespace, from the highest priority', () => {
    const desired = limitRange.fold(
      [
        claim('a', { limits: [{ type: 'Pod', max: { cpu: 1 } }] } as Block, 100),
        claim('b', { limits: [{ type: 'Pod', max: { cpu: '2000m' } }] } as Block, 200),
      ],
      context(),
    );
    expect(desired).to.deep.equal([
      {
        kind: 'LimitRange',
        name: 'parapet-limits',
        content: { spec: { limits: [{ type: 'Pod', max: { cpu: '2' } }] } },
        policies: ['b'],
        conflicts: [],
      },
    ]);
  });
});

describe('limitRange: normalize', () => {
  for (const [title, limit, expected] of [
    [
      'takes the default from max and the request from the default',
      { max: { cpu: 2 } },
      { max: { cpu: '2' }, default: { cpu: '2' }, defaultRequest: { cpu: '2' } },
    ],
    [
      'takes the request from min where there is no default',
      { min: { cpu: '100m' } },
      { min: { cpu: '100m' }, defaultRequest: { cpu: '100m' } },
    ],
    [
      'prefers the default to min',
      { min: { cpu: 1 }, default: { cpu: 3 } },
      { min: { cpu: '1' }, default: { cpu: '3' }, defaultRequest: { cpu: '3' } },
    ],
    [
      'leaves what is written',
      { max: { cpu: 4 }, default: { cpu: 3 }, defaultRequest: { cpu: 1 } },
      { max: { cpu: '4' }, default: { cpu: '3' }, defaultRequest: { cpu: '1' } },
    ],
    [
      'completes resource by resource',
      { max: { cpu: 4, memory: '2048Mi' }, default: { cpu: 3 } },
      {
        max: { cpu: '4', memory: '2Gi' },
        default: { cpu: '3', memory: '2Gi' },
        defaultRequest: { cpu: '3', memory: '2Gi' },
      },
    ],
  ] as const) {
    it(`${title}, for containers`, () => {
      expect(normalized({ type: 'Container', ...limit })).to.deep.equal([{ type: 'Container', ...expected }]);
    });
  }

  it('adds no defaults for pods and claims', () => {
    expect(normalized({ type: 'Pod', max: { cpu: 1 } })).to.deep.equal([{ type: 'Pod', max: { cpu: '1' } }]);
  });
});

describe('limitRange: validate', () => {
  for (const [path, limit] of [
    ['limits[0].min[cpu]', { type: 'Pod', min: { cpu: 2 }, max: { cpu: 1 } }],
    ['limits[0].max[storage]', { type: 'Pod', max: { storage: '1Gi' } }],
    ['limits[0].max[cpu]', { type: 'PersistentVolumeClaim', max: { cpu: 1, storage: 1 } }],
    ['limits[0].max[cpu]', { type: 'Pod', max: { cpu: -1 } }],
    ['limits[0].maxLimitRequestRatio[cpu]', { type: 'Pod', maxLimitRequestRatio: { cpu: '0.5' } }],
    [
      'limits[0].maxLimitRequestRatio[cpu]',
      { type: 'Pod', maxLimitRequestRatio: { cpu: 3 }, min: { cpu: '500m' }, max: { cpu: 1 } },
    ],
    [
      'limits[0].defaultRequest[nvidia.com/gpu]',
      { type: 'Container', default: { 'nvidia.com/gpu': 2 }, defaultRequest: { 'nvidia.com/gpu': 1 } },
    ],
  ] as const) {
    it(`names ${path} in ${JSON.stringify(limit)}`, () => {
      const block: unknown = { limits: [limit] };
      const problems = limitRange.validate(block as Block);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
    });
  }

  it('judges the limits as the API server completes them: the default stems from max', () => {
    const block = { limits: [{ type: 'Container', max: { cpu: 1 }, defaultRequest: { cpu: 2 } }] } as Block;
    expect(limitRange.validate(block).map((problem) => problem.path)).to.include('limits[0].defaultRequest[cpu]');
  });

  it('names a type that stands twice', () => {
    const twice = {
      limits: [
        { type: 'Pod', max: { cpu: 1 } },
        { type: 'Pod', max: { cpu: 1 } },
      ],
    } as Block;
    expect(limitRange.validate(twice).map((problem) => problem.path)).to.deep.equal(['limits[1].type']);
  });
});
