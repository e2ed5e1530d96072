import type { KubeObject } from '../../src/slots/kube-object.ts';

interface NaiveSpec {
  readonly mode?: unknown;
  readonly suspend?: unknown;
  readonly namespaceSelector?: {
    readonly matchLabels?: Readonly<Record<string, unknown>>;
    readonly matchExpressions?: readonly {
      readonly key: string;
      readonly operator: string;
      readonly values?: unknown[];
    }[];
  };
  readonly includeNames?: readonly string[];
  readonly excludeNames?: readonly string[];
}

/** Whether a policy acts on a namespace, as somebody would find out who knows the page and not the code. */
export function actsOn(policy: KubeObject, namespace: KubeObject): boolean {
  const spec = policy['spec'] as NaiveSpec | null;
  if (spec?.mode !== 'Enforce' || spec.suspend === true) return false;
  try {
    return chooses(spec, namespace);
  } catch {
    return false; // not of the shape that chooses anything
  }
}

function chooses(spec: NaiveSpec, { metadata }: KubeObject): boolean {
  const labels = new Map(Object.entries(metadata.labels ?? {}));
  return spec.namespaceSelector !== undefined && choosesName(spec, metadata.name) && choosesLabels(spec, labels);
}

function choosesName({ includeNames = ['*'], excludeNames = [] }: NaiveSpec, name: string): boolean {
  const isProtected = name.startsWith('kube-') || name === 'parapet-system';
  if (isProtected && !includeNames.includes(name)) return false;
  return includeNames.some((glob) => isLike(glob, name)) && !excludeNames.some((glob) => isLike(glob, name));
}

function choosesLabels({ namespaceSelector = {} }: NaiveSpec, labels: ReadonlyMap<string, unknown>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = namespaceSelector;
  if (!Object.entries(matchLabels).every(([key, value]) => labels.get(key) === value)) return false;
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const holds = operator.endsWith('In') ? values.includes(labels.get(key)) : labels.has(key);
    return operator === 'NotIn' || operator === 'DoesNotExist' ? !holds : holds;
  });
}

function isLike(glob: string, name: string): boolean {
  const pattern = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 's').test(name);
}
