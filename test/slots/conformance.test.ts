import { expect } from 'chai';
import fc from 'fast-check';
import { schemaProblems } from '../../src/api/schema-problems.ts';
import { isSlotObject, objectKindOf, objectKinds, slotKindOf } from '../../src/slots/object-kinds.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import type { Desired } from '../../src/slots/slot-kind.ts';
import { claimsOf, contexts, samplesOf } from './samples.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Every schema within a schema, with the way to it. */
function within(schema: Schema, way = ''): readonly (readonly [string, Schema])[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
  const items = schema['items'] as Schema | undefined;
  const additional = schema['additionalProperties'] as Schema | undefined;
  return [
    [way, schema],
    ...properties.flatMap(([name, member]) => within(member, `${way}.${name}`)),
    ...(items === undefined ? [] : within(items, `${way}[]`)),
    ...(additional === undefined ? [] : within(additional, `${way}{}`)),
  ];
}

function isBounded(schema: Schema): boolean {
  if ('enum' in schema) return true;
  switch (schema['type']) {
    case 'array':
      return 'maxItems' in schema;
    case 'string':
      return 'maxLength' in schema;
    case 'object':
      return !('additionalProperties' in schema) || 'maxProperties' in schema;
    default:
      return schema['x-kubernetes-int-or-string'] !== true || 'maxLength' in schema;
  }
}

for (const kind of slotKinds) {
  const block = samplesOf(kind);
  const folded = fc.tuple(claimsOf(block), contexts);
  const schemas = within(JSON.parse(JSON.stringify(kind.schema)) as Schema);

  describe(`the slot kind of ${kind.field}`, () => {
    it('accepts its samples', () => {
      fc.assert(
        fc.property(block, (sample) => {
          expect(schemaProblems(kind.schema, sample, kind.field)).to.deep.equal([]);
        }),
      );
    });

    it('folds the same whatever the order of the claims', () => {
      fc.assert(
        fc.property(folded, fc.nat(), ([claims, context], turn) => {
          const at = claims.length === 0 ? 0 : turn % claims.length;
          const turned = [...claims.slice(at), ...claims.slice(0, at)].toReversed();
          expect(kind.fold(turned, context)).to.deep.equal(kind.fold(claims, context));
        }),
      );
    });

    it('asks for nothing where nobody claims', () => {
      fc.assert(
        fc.property(contexts, (context) => {
          expect(kind.fold([], context)).to.deep.equal([]);
        }),
      );
    });

    it('asks for objects of its own kinds, each once, in canonical form, with sorted policies', () => {
      fc.assert(
        fc.property(folded, ([claims, context]) => {
          const desired = kind.fold(claims, context);
          const own = kind.objects.map(({ resource }) => resource.kind);
          expect(new Set(desired.map(slotOf)).size).to.equal(desired.length);
          for (const { kind: objectKind, name, content, policies } of desired) {
            expect(own).to.include(objectKind);
            expect(isSlotObject(objectKind, name), name).to.equal(true);
            expect(objectKindOf(objectKind)?.normalize(content)).to.deep.equal(content);
            expect(policies).to.deep.equal([...new Set(policies)].toSorted()).and.not.empty;
          }
        }),
      );
    });

    it('names as loser only a policy of the same priority that wanted something else', () => {
      fc.assert(
        fc.property(folded, ([claims, context]) => {
          const priorities = new Map(claims.map(({ policy, priority }) => [policy, priority]));
          for (const { policies, conflicts } of kind.fold(claims, context)) {
            for (const { policy, winner } of conflicts) {
              expect(policies).to.deep.equal([winner]);
              expect(priorities.get(policy)).to.equal(priorities.get(winner));
              expect(policy > winner).to.equal(true);
            }
          }
        }),
      );
    });

    it('refuses an empty block', () => {
      const empty = (kind.schema as Schema)['type'] === 'array' ? [] : {};
      expect(schemaProblems(kind.schema, empty, kind.field)).to.not.be.empty;
    });

    it('uses no keyword that a structural schema refuses', () => {
      const refused = [
        'const',
        '$ref',
        '$id',
        'patternProperties',
        'oneOf',
        'allOf',
        'not',
        'definitions',
        'uniqueItems',
      ];
      const found = schemas.filter(([, schema]) => refused.some((keyword) => keyword in schema));
      expect(found.map(([way]) => way)).to.deep.equal([]);
    });

    it('bounds every list, string and map', () => {
      expect(schemas.filter(([, schema]) => !isBounded(schema)).map(([way]) => way)).to.deep.equal([]);
    });

    it('gives every list a list type', () => {
      const lists = schemas.filter(([, schema]) => schema['type'] === 'array' && !('x-kubernetes-list-type' in schema));
      expect(lists.map(([way]) => way)).to.deep.equal([]);
    });

    it('has no default within list items, which GitOps tools would report as a difference for ever', () => {
      const defaults = schemas.filter(([way, schema]) => /[[{]/.test(way) && 'default' in schema);
      expect(defaults.map(([way]) => way)).to.deep.equal([]);
    });

    it('describes every member', () => {
      const bare = schemas.filter(([way, schema]) => /\.\w+$/.test(way) && !('description' in schema));
      expect(bare.map(([way]) => way)).to.deep.equal([]);
    });

    it('gives every rule a message and a reason', () => {
      const rules = schemas.flatMap(([, schema]) => (schema['x-kubernetes-validations'] ?? []) as readonly Schema[]);
      for (const rule of rules) expect(rule).to.include.keys('rule', 'message', 'reason');
    });
  });
}

for (const { resource, normalize, members, order, fields } of objectKinds) {
  describe(`the object kind ${resource.kind}`, () => {
    it('normalizes anything without throwing, and twice the same', () => {
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...members, 'x'), fc.jsonValue()), (object) => {
          const once = normalize(object);
          expect(normalize(once)).to.deep.equal(once);
        }),
        { numRuns: 500 },
      );
    });

    it('keeps to its own members', () => {
      expect(members).to.include.members(Object.keys(normalize({ metadata: { name: 'a' }, status: {}, extra: 1 })));
    });

    if (fields !== undefined) {
      it('is looked for by one name, or is the namespace itself', () => {
        expect(fields.only === undefined).to.equal(!resource.namespaced);
      });
    }

    it('has an order for creating, changing and deleting', () => {
      const content = normalize({});
      for (const [live, desired] of [
        [undefined, content],
        [content, content],
        [content, undefined],
      ] as const) {
        expect(order('parapet-a', live, desired))
          .to.be.a('number')
          .and.satisfy(Number.isFinite);
      }
    });
  });
}

describe('objectKindOf', () => {
  it('finds every kind once, and nothing else', () => {
    const kinds = objectKinds.map(({ resource }) => resource.kind);
    expect(new Set(kinds).size).to.equal(kinds.length);
    expect(kinds.map((kind) => objectKindOf(kind)?.resource.kind)).to.deep.equal(kinds);
    expect(objectKindOf('Pod')).to.equal(undefined);
  });
});

describe('slotKindOf', () => {
  it('finds a slot kind by its field', () => {
    expect(slotKinds.map(({ field }) => slotKindOf(field)?.field)).to.deep.equal(slotKinds.map(({ field }) => field));
    expect(slotKindOf('mode')).to.equal(undefined);
  });
});

function slotOf({ kind, name }: Desired): string {
  return `${kind}/${name}`;
}
