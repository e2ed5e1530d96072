import type { TSchema } from 'typebox';
import { spelledPosition } from '../manifests/manifest.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { isDnsSubdomain } from '../semantics/names.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import type { Problem } from '../slots/slot-kind.ts';
import { InputError } from './input-error.ts';
import { isOf, refuseTwins } from './manifest-kinds.ts';
import { unknownFields } from './unknown-fields.ts';

interface Decoded {
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** One of our kinds: how it is read, and the schema of its `spec`. */
interface Kind<T extends Decoded> {
  readonly resource: Resource;
  readonly decode: (object: KubeObject) => T;
  readonly schema: TSchema;
}

/**
 * The manifests of one kind, read, in order. Throws an InputError that names every fault by file, line and field: what
 * the API server would refuse is refused here.
 */
export function checkedManifests<T extends Decoded>(
  manifests: readonly Manifest[],
  kind: Kind<T>,
): readonly { readonly manifest: Manifest; readonly decoded: T }[] {
  const written = manifests
    .filter((manifest) => isOf(manifest.object, kind.resource))
    .map((manifest) => ({ manifest, decoded: kind.decode(manifest.object) }));
  const faults = written.flatMap(({ manifest, decoded }) =>
    problemsOf(manifest, decoded, kind).map(({ path, message }) => {
      const place = spelledPosition(manifest.positionOf(path));
      return `${place}: ${kind.resource.kind}/${decoded.name}: ${path}: ${message}`;
    }),
  );
  if (faults.length > 0) throw new InputError(faults);
  refuseTwins(written.map(({ manifest }) => manifest));
  return written;
}

function problemsOf<T extends Decoded>(
  { object }: Manifest,
  { name, problems }: T,
  { resource, schema }: Kind<T>,
): readonly Problem[] {
  const expected = apiVersionOf(resource);
  return [
    ...(object.apiVersion === expected ? [] : [{ path: 'apiVersion', message: `must be ${expected}` }]),
    ...(isDnsSubdomain(name) ? [] : [{ path: 'metadata.name', message: 'must be a name in lower case' }]),
    ...problems,
    ...unknownFields(schema, object['spec'], 'spec'),
  ];
}
