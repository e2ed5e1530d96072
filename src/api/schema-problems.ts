import type { Static, TSchema } from 'typebox';
import { Errors } from 'typebox/schema';
import type { Problem } from '../slots/slot-kind.ts';

/** What a schema says of a value: its problems, or, where there are none, the value as what it is. */
export interface Checked<T> {
  readonly problems: readonly Problem[];
  readonly value?: T;
}

/** Reads a value that may be anything. `root` is the path of the value itself. */
export function checked<Schema extends TSchema>(schema: Schema, value: unknown, root: string): Checked<Static<Schema>> {
  const problems = schemaProblems(schema, value, root);
  // The one place where a type is claimed: the schema it is made of has just been content with the value.
  return problems.length > 0 ? { problems } : { problems, value: value as Static<Schema> };
}

/**
 * Where a value breaks its schema, one problem per place. `root` is the path of the value itself, in kubectl's
 * spelling (`spec.roles`). The value may be anything.
 */
export function schemaProblems(schema: TSchema, value: unknown, root: string): readonly Problem[] {
  const [, errors] = Errors(schema, value);
  const problems = errors
    // A map's own error only repeats that one of its members is wrong.
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .flatMap(({ instancePath, message, params }) => {
      const place = fieldPath(root, instancePath);
      const missing = 'requiredProperties' in params ? params.requiredProperties : [];
      return missing.length === 0
        ? [{ path: place, message }]
        : missing.map((member) => ({ path: `${place}.${member}`, message: 'is required' }));
    });
  return [...new Map(problems.toReversed().map((problem) => [problem.path, problem])).values()].toReversed();
}

/** `/0/hard/requests.cpu` below `spec.resourceQuotas` is `spec.resourceQuotas[0].hard[requests.cpu]`. */
function fieldPath(root: string, pointer: string): string {
  const members = pointer.split('/').slice(1);
  return members.reduce((path, member) => path + step(member.replaceAll('~1', '/').replaceAll('~0', '~')), root);
}

function step(member: string): string {
  return /^[A-Za-z_]\w*$/.test(member) ? `.${member}` : `[${member}]`;
}
