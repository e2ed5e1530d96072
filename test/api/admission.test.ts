import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { postureResource } from '../../src/api/resources.ts';
import { role } from '../../src/slots/role.ts';

interface Expression {
  readonly name?: string;
  readonly expression: string;
}
interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly resources?: readonly string[];
  readonly rules?: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
  readonly spec: {
    readonly failurePolicy: string;
    readonly policyName: string;
    readonly validationActions: readonly string[];
    readonly matchResources?: { readonly namespaceSelector: object };
    readonly matchConstraints: { readonly resourceRules: readonly Readonly<Record<string, readonly string[]>>[] };
    readonly matchConditions?: readonly Expression[];
    readonly variables?: readonly Expression[];
    readonly validations: readonly (Expression & {
      readonly message: string;
      readonly messageExpression: string;
      readonly reason: string;
    })[];
  };
}

const OPERATOR = 'system:serviceaccount:parapet-system:parapet';
const COMPONENTS = ['', 'tamper/', 'widening/'];
/** Functions and macros of CEL and of Kubernetes' libraries up to 1.31. */
const KNOWN =
  'all allowed check cidr contains containsCIDR containsIP exists family filter group has hasValue ip isCIDR join map name optional orValue prefixLength resource size startsWith string sum';

const folder = new URL('../../config/admission/', import.meta.url);

function documentsOf(component: string): readonly Document[] {
  const files = readdirSync(new URL(component, folder)).filter(
    (name) => name.includes('.') || name === 'Kustomization',
  );
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(new URL(`${component}${name}`, folder), 'utf8')).map(
      (document) => document.toJS() as Document,
    ),
  );
}

const documents = COMPONENTS.flatMap(documentsOf);
const policies = documents.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
const bindings = documents.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');

function policy(name: string): Document['spec'] {
  const found = policies.find(({ metadata }) => metadata.name === `${name}.parapet.dev`);
  if (found === undefined) throw new Error(`no ${name}.parapet.dev`);
  return found.spec;
}

function expressionsOf({ spec }: Document): readonly string[] {
  const { matchConditions = [], variables = [], validations } = spec;
  return [
    ...[...matchConditions, ...variables, ...validations].map(({ expression }) => expression),
    ...validations.map(({ messageExpression }) => messageExpression),
  ];
}

describe('config/admission', () => {
  for (const component of COMPONENTS) {
    it(`lists every file of ${component === '' ? 'its own folder' : component} in the kustomization`, () => {
      const [kustomization] = documentsOf(component).filter(({ kind }) => kind === 'Kustomization');
      const files = readdirSync(new URL(component, folder)).filter((name) => name.endsWith('.yaml'));
      expect(kustomization?.resources?.toSorted()).to.deep.equal(files.toSorted());
    });
  }

  it('binds each policy once, to deny', () => {
    expect(bindings.map(({ spec }) => spec.policyName)).to.have.members(policies.map(({ metadata }) => metadata.name));
    for (const { spec } of bindings) expect(spec.validationActions).to.deep.equal(['Deny']);
  });

  it('asks only namespaces that carry its label whether they are widened', () => {
    const selecting = bindings.filter(({ spec }) => spec.matchResources !== undefined);
    expect(selecting.map(({ spec }) => spec.policyName)).to.have.members(
      ['network', 'role', 'role-binding'].map((name) => `${name}.parapet.dev`),
    );
    for (const { spec } of selecting) {
      expect(JSON.stringify(spec.matchResources?.namespaceSelector)).to.include('parapet.dev/guard-');
    }
  });

  for (const document of policies) {
    describe(document.metadata.name, () => {
      it('fails closed, as forbidden, and says in at most 600 characters what to do next', () => {
        expect(document.spec.failurePolicy).to.equal('Fail');
        for (const { message, messageExpression, reason } of document.spec.validations) {
          expect(reason).to.equal('Forbidden');
          expect(message)
            .to.match(/bind you to the ClusterRole parapet-/)
            .and.to.have.length.below(600);
          expect(messageExpression).to.include(message);
        }
      });

      it('names resources and versions one by one, so that its expressions are type-checked', () => {
        for (const rule of document.spec.matchConstraints.resourceRules) {
          expect(Object.values(rule).flat()).to.not.include.oneOf(['*']);
        }
      });

      it('calls nothing that Kubernetes 1.31 lacks', () => {
        const calls = expressionsOf(document)
          .map((text) => text.replaceAll(/'(?:\\.|[^'\\])*'/g, "''"))
          .flatMap((text) => [...text.matchAll(/\b([a-zA-Z]\w*)\(/g)].map(([, name]) => name));
        expect(KNOWN.split(' ')).to.include.members(calls);
      });
    });
  }

  it('lets the operator do what it refuses to tenants', () => {
    for (const name of ['tamper', 'network', 'role', 'role-binding']) {
      expect(policy(name).matchConditions?.[0]?.expression, name).to.include(`'${OPERATOR}'`);
    }
  });

  it('keeps the kinds whose objects are ours whole, and no object of which only fields are', () => {
    const kept = policy('tamper').matchConstraints.resourceRules.flatMap(({ resources = [] }) => resources);
    expect(kept).to.include.members(role.objects.map(({ resource }) => resource.plural));
    expect(kept).to.include(postureResource.plural);
    expect(kept).to.not.include.oneOf(['namespaces', 'serviceaccounts']);
    expect(kept.filter((resource) => resource.includes('/'))).to.deep.equal([]);
  });

  it('offers a ClusterRole for each verb, bound to nobody and good for nothing else', () => {
    const roles = documents.filter(({ kind }) => kind === 'ClusterRole');
    expect(roles.map(({ metadata, rules }) => [metadata.name, rules])).to.deep.equal(
      ['grant', 'relabel', 'except', 'break-glass'].map((verb) => [
        `parapet-${verb}`,
        [{ apiGroups: ['parapet.dev'], resources: ['clustersecuritypolicies'], verbs: [verb] }],
      ]),
    );
    expect(documents.filter(({ kind }) => kind.includes('RoleBinding'))).to.deep.equal([]);
  });
});
