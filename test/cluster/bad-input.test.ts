import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { exceptionResource, policyResource, postureResource } from '../../src/api/resources.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import type { Schema } from '../slots/schema-samples.ts';
import { badValues, fieldsOf, placesOf, spoiled } from './bad-values.ts';
import type { BadValue, Field, Path } from './bad-values.ts';
import { sharedCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { dryRun } from './harness/dry-run.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What the API server itself keeps, and what only Parapet writes. */
const NOT_INPUT = /^(apiVersion|kind|metadata|status)\b/;
/** In parallel: each is a request of its own. */
const AT_ONCE = 16;

interface Case {
  readonly field: Field;
  readonly bad: BadValue;
}

interface Complaint {
  readonly path: string;
  readonly fault: string;
  readonly answer: string;
}

describe('Bad input, generated from the schemas', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  before(async () => {
    cluster = await sharedCluster();
  });

  for (const resource of [policyResource, exceptionResource, postureResource]) {
    describe(resource.kind, () => {
      let schema: Schema;
      let objects: readonly KubeObject[];

      before(async () => {
        schema = await schemaOf(resource);
        objects = await everyField(resource);
      });

      it('is taken as it stands in the fixture, which sets every field there is', async () => {
        for (const object of objects) {
          expect(await dryRun(cluster.admin, resource, object), object.metadata.name).to.include({ code: 201 });
        }
        const set = new Set(
          objects.flatMap((object) => fieldsOf(schema, object).map(({ path }) => placeOf(path, schema))),
        );
        const places = placesOf(schema).filter((place) => !NOT_INPUT.test(place) && !isOverride(place));
        expect(places.filter((place) => !set.has(place))).to.deep.equal([]);
      });

      it('is refused for every wrong value of every field, with the path of the field', async () => {
        const complaints: Complaint[] = [];
        let tried = 0;
        for (const object of objects) {
          const cases = casesOf(schema, object);
          tried += cases.length;
          for (let at = 0; at < cases.length; at += AT_ONCE) {
            const answers = cases.slice(at, at + AT_ONCE).map((each) => judge(cluster, { resource, object }, each));
            complaints.push(...(await Promise.all(answers)).flat());
          }
        }
        expect(complaints).to.deep.equal([]);
        expect(tried).to.be.greaterThan(50);
      });

      it('is refused where it names a field that does not exist', async () => {
        const [object] = objects;
        const at: Path = resource === postureResource ? ['summary', 'bogus'] : ['spec', 'bogus'];
        const answer = await dryRun(cluster.admin, resource, spoiled(object, at, 1) as KubeObject);
        expect(answer.code).to.equal(400);
        expect(answer.message).to.include(`unknown field "${at.join('.')}"`);
      });
    });
  }
});

async function judge(
  { admin }: Cluster,
  { resource, object }: { readonly resource: Resource; readonly object: KubeObject },
  { field: { path }, bad }: Case,
): Promise<readonly Complaint[]> {
  const { code, message } = await dryRun(admin, resource, spoiled(object, path, bad.value) as KubeObject);
  if (code === 422 && spelled(message).includes(path.join('.'))) return [];
  return [{ path: path.join('.'), fault: bad.fault, answer: `${code} ${message.slice(0, 200)}` }];
}

function casesOf(schema: Schema, object: KubeObject): readonly Case[] {
  const fields = fieldsOf(schema, object).filter(({ path }) => !NOT_INPUT.test(String(path[0])));
  return fields.flatMap((field) => badValues(field).map((bad) => ({ field, bad })));
}

/** `spec.roles[0]` and `hard[requests.cpu]` with dots alone. */
function spelled(message: string): string {
  return message.replaceAll(/[[\]"]+\.?/g, '.').replaceAll('..', '.');
}

/** A field's path as its place in the schema. */
function placeOf(path: Path, schema: Schema): string {
  let [place, at]: [string, Schema] = ['', schema];
  for (const step of path) {
    const own = at.properties?.[String(step)];
    if (typeof step === 'number') place += '[]';
    else if (own === undefined) place += '{}';
    else place += place === '' ? step : `.${step}`;
    at = own ?? at.items ?? at.additionalProperties ?? {};
  }
  return place;
}

/** An override's blocks are those of a policy, tried there. */
function isOverride(place: string): boolean {
  return place.startsWith('spec.override');
}

async function schemaOf({ plural, group }: Resource): Promise<Schema> {
  const crd = parse(await readFile(join(ROOT, `crds/${plural}.${group}.yaml`), 'utf8')) as {
    readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
  };
  return crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
}

async function everyField({ kind }: Resource): Promise<readonly KubeObject[]> {
  const text = await readFile(join(import.meta.dirname, 'fixtures/every-field.yaml'), 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  return objects.filter((object) => object.kind === kind);
}
