/** The levels of the Pod Security Standards, the loosest first. */
export const POD_SECURITY_LEVELS = ['privileged', 'baseline', 'restricted'] as const;

/** A level as of a version of Kubernetes: `v1.30`, or `latest` where none is named. */
export interface PodSecurity {
  readonly level: string;
  readonly version?: string | undefined;
}

/**
 * Negative where `a` is looser than `b`, 0 where they admit the same. At one level the newer version is the stricter.
 * What is no level or no version is looser than any: it should be replaced. Privileged admits everything in every version.
 */
export function comparePodSecurity(a: PodSecurity, b: PodSecurity): number {
  const difference = rankOf(a.level) - rankOf(b.level);
  if (difference !== 0 || a.level === 'privileged') return difference;
  const [left, right] = [minorOf(a.version), minorOf(b.version)];
  return left === right ? 0 : left - right;
}

function rankOf(level: string): number {
  return (POD_SECURITY_LEVELS as readonly string[]).indexOf(level);
}

function minorOf(version = 'latest'): number {
  if (version === 'latest') return Number.MAX_SAFE_INTEGER;
  const [, minor] = /^v1\.(0|[1-9]\d{0,5})$/.exec(version) ?? [];
  return minor === undefined ? -1 : Number(minor);
}
