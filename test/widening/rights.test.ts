import { expect } from 'chai';
import fc from 'fast-check';
import { describeRight, exceedingRight } from '../../src/widening/rights.ts';
import type { RbacRule } from '../../src/widening/rights.ts';

interface Request {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string;
}

/** What the API server's authorizer answers (plugin/pkg/auth/authorizer/rbac, RuleAllows). */
function allows(rules: readonly RbacRule[], { verb, group, resource, name }: Request): boolean {
  return rules.some(
    ({ verbs = [], apiGroups = [], resources = [], resourceNames = [] }) =>
      matches(verbs, verb) &&
      matches(apiGroups, group) &&
      (matches(resources, resource) || resources.includes(resource.replace(/^.*(?=\/)/, '*'))) &&
      (resourceNames.length === 0 || resourceNames.includes(name)),
  );
}

function matches(list: readonly string[], text: string): boolean {
  return list.includes('*') || list.includes(text);
}

const VERBS = ['get', 'list', 'create'];
const GROUPS = ['', 'apps'];
const RESOURCES = ['pods', 'pods/exec', 'deployments', 'deployments/scale'];
const NAMES = ['a', 'b', 'c'];

/** Every request there can be, and one of each kind that no rule names. */
const universe: readonly Request[] = [...VERBS, 'other'].flatMap((verb) =>
  [...GROUPS, 'other'].flatMap((group) =>
    [...RESOURCES, 'others', 'others/exec', 'others/scale'].flatMap((resource) =>
      [...NAMES, '', 'other'].map((name) => ({ verb, group, resource, name })),
    ),
  ),
);

function rules(wildcards: boolean): fc.Arbitrary<readonly RbacRule[]> {
  const some = (values: readonly string[], more: readonly string[] = []): fc.Arbitrary<string[]> =>
    fc.uniqueArray(fc.constantFrom(...values, ...(wildcards ? more : [])), { maxLength: 3 });
  const rule: fc.Arbitrary<RbacRule> = fc.record(
    {
      verbs: some(VERBS, ['*']),
      apiGroups: some(GROUPS, ['*']),
      resources: some(RESOURCES, ['*', '*/exec', '*/scale']),
      resourceNames: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 }),
    },
    { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
  );
  return fc.array(rule, { maxLength: 4 });
}

describe('exceedingRight', () => {
  it('covers only what every request would be allowed by', () => {
    fc.assert(
      fc.property(rules(true), rules(true), (wanted, ceiling) => {
        if (exceedingRight(wanted, ceiling) !== undefined) return;
        const exceeding = universe.find((request) => allows(wanted, request) && !allows(ceiling, request));
        expect(exceeding).to.equal(undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it('names a right that exceeds, and finds none only where no request would', () => {
    fc.assert(
      fc.property(rules(false), rules(true), (wanted, ceiling) => {
        const right = exceedingRight(wanted, ceiling);
        const exceeding = universe.some((request) => allows(wanted, request) && !allows(ceiling, request));
        expect(right !== undefined).to.equal(exceeding);
        if (right === undefined || 'url' in right) return;
        // A rule that names objects never covers a list of them all: that has the empty name.
        const request = { ...right, name: right.name ?? 'other' };
        expect([allows(wanted, request), allows(ceiling, request)]).to.deep.equal([true, false]);
      }),
      { numRuns: 2000 },
    );
  });

  it('lets every rule cover itself, and nothing cover a right but an empty set of rules', () => {
    fc.assert(
      fc.property(rules(true), (wanted) => {
        expect(exceedingRight(wanted, wanted)).to.equal(undefined);
        const grants = universe.some((request) => allows(wanted, request));
        expect(exceedingRight(wanted, []) !== undefined).to.equal(grants);
      }),
    );
  });

  const core = (resources: readonly string[], verbs: readonly string[], resourceNames: readonly string[] = []) => ({
    apiGroups: [''],
    resources,
    verbs,
    resourceNames,
  });
  const cases: readonly {
    readonly title: string;
    readonly wanted: readonly RbacRule[];
    readonly ceiling: readonly RbacRule[];
    readonly told?: string;
  }[] = [
    {
      title: 'two rules of the ceiling cover a rule together',
      wanted: [core(['pods', 'services'], ['get', 'list'])],
      ceiling: [core(['pods'], ['get', 'list']), core(['services'], ['list']), core(['services'], ['get'])],
    },
    {
      title: 'the missing corner of a product is named',
      wanted: [core(['pods', 'services'], ['get', 'list'])],
      ceiling: [core(['pods'], ['get', 'list']), core(['services'], ['list'])],
      told: 'get services',
    },
    {
      title: 'every verb one by one is not the verb *',
      wanted: [core(['pods'], ['*'])],
      ceiling: [core(['pods'], ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'])],
      told: '* pods',
    },
    {
      title: 'a resource is not its subresource',
      wanted: [core(['pods/exec'], ['create'])],
      ceiling: [core(['pods'], ['create'])],
      told: 'create pods/exec',
    },
    {
      title: '* before a slash covers that subresource of any resource',
      wanted: [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['update'] }],
      ceiling: [{ apiGroups: ['*'], resources: ['*/scale'], verbs: ['update'] }],
    },
    {
      title: '* before a slash does not cover the resource',
      wanted: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['update'] }],
      ceiling: [{ apiGroups: ['*'], resources: ['*/scale'], verbs: ['update'] }],
      told: 'update deployments.apps',
    },
    {
      title: 'a resource with any subresource is no subresource the ceiling names',
      wanted: [core(['pods/*'], ['get'])],
      ceiling: [core(['pods', 'pods/log'], ['get'])],
      told: 'get pods/*',
    },
    {
      title: 'objects of any name exceed objects of one name',
      wanted: [core(['configmaps'], ['get'])],
      ceiling: [core(['configmaps'], ['get'], ['settings'])],
      told: 'get configmaps',
    },
    {
      title: 'another name exceeds',
      wanted: [core(['configmaps'], ['get'], ['settings', 'others'])],
      ceiling: [core(['configmaps'], ['get'], ['settings'])],
      told: 'get configmaps "others"',
    },
    {
      title: 'a URL is covered by a prefix with *',
      wanted: [{ nonResourceURLs: ['/healthz/etcd'], verbs: ['get'] }],
      ceiling: [{ nonResourceURLs: ['/healthz/*'], verbs: ['get'] }],
    },
    {
      title: 'a URL beside the prefix exceeds',
      wanted: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
      ceiling: [{ nonResourceURLs: ['/healthz/*'], verbs: ['get'] }, core(['*'], ['*'])],
      told: 'get /metrics',
    },
    { title: 'a rule without verbs grants nothing', wanted: [core(['secrets'], [])], ceiling: [] },
  ];
  for (const { title, wanted, ceiling, told } of cases) {
    it(title, () => {
      const right = exceedingRight(wanted, ceiling);
      expect(right && describeRight(right)).to.equal(told);
    });
  }

  it('does not multiply out the long lists of a hostile role', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `x${index}`);
    const hostile = [{ apiGroups: many, resources: many, verbs: many, resourceNames: many }];
    const ceiling = [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      ...many.slice(0, 50).map((x) => core([x], [x])),
    ];
    expect(exceedingRight(hostile, ceiling)).to.equal(undefined);
    expect(exceedingRight(hostile, ceiling.slice(1))).not.to.equal(undefined);
  });
});
