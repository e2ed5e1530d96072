import { decodeException } from '../api/decode-exception.ts';
import { standingOf } from '../api/exception.ts';
import type { ExceptionStanding, SecurityException } from '../api/exception.ts';
import { exceptionSpecSchema } from '../api/exception-schema.ts';
import { exceptionResource } from '../api/resources.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { parseDuration } from '../semantics/duration.ts';
import { checkedManifests } from './checked-manifests.ts';
import type { PlanningFlags } from './common-flags.ts';

/** The exceptions among the manifests, in order. Throws an InputError that names every fault, see checkedManifests. */
export function exceptionsOf(manifests: readonly Manifest[]): readonly SecurityException[] {
  const kind = { resource: exceptionResource, decode: decodeException, schema: exceptionSpecSchema };
  return checkedManifests(manifests, kind).map(({ decoded }) => decoded);
}

/** How an exception stands under the operator's flags at a moment, in milliseconds since 1970. */
export function standingUnder(flags: PlanningFlags, now: number): (exception: SecurityException) => ExceptionStanding {
  const longest = parseDuration(flags.maxExceptionDuration) ?? 0;
  return (exception) => standingOf(exception, now, longest);
}

/** The exceptions with those of files in the place of those of the same name. A file does not call off a deletion. */
export function overlaidExceptions(
  current: readonly SecurityException[],
  written: readonly SecurityException[],
): readonly SecurityException[] {
  const byName = new Map(current.map((exception) => [exception.name, exception]));
  for (const exception of written) {
    const { uid, deleting, createdAt } = byName.get(exception.name) ?? exception;
    const known = createdAt === undefined ? {} : { createdAt };
    byName.set(exception.name, { ...exception, uid, deleting, ...known });
  }
  return [...byName.values()];
}

/** Why exceptions of files cover nothing, a line each. */
export function toldInactive(
  exceptions: readonly SecurityException[],
  standing: (exception: SecurityException) => ExceptionStanding,
): readonly string[] {
  return exceptions.flatMap((exception) => {
    const { name, expirationTime } = exception;
    switch (standing(exception)) {
      case 'expired':
        return [`exception ${name} covers nothing: it ended at ${expirationTime}`];
      case 'tooLong':
        return [`exception ${name} covers nothing: ${expirationTime} is further away than --max-exception-duration`];
      default:
        return [];
    }
  });
}
