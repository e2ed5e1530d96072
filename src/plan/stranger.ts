import type { StringMap } from '../slots/kube-object.ts';
import { unknownActor } from './actor.ts';
import type { LiveObject } from './snapshot.ts';

/** A tool that puts objects into namespaces, and the marks it leaves on them. */
interface Tool {
  readonly name: string;
  /** It makes up objects by rules of its own, as Parapet does: two of them in one namespace meddle with each other. */
  readonly generates: boolean;
  /** Field managers it writes as. */
  readonly managers: readonly string[];
  /** Labels or annotations that mark its objects; their values say on whose behalf, in this order. */
  readonly marks: readonly string[];
  /** Its name as `app.kubernetes.io/managed-by`. */
  readonly managedBy?: string;
}

/** The first that fits counts: Flux installs Helm releases, so it comes before Helm. */
const TOOLS: readonly Tool[] = [
  {
    name: 'Argo CD',
    generates: false,
    managers: ['argocd-controller', 'argocd-application-controller'],
    marks: ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/instance'],
  },
  {
    name: 'Flux',
    generates: false,
    managers: ['kustomize-controller', 'helm-controller'],
    marks: [
      'kustomize.toolkit.fluxcd.io/namespace',
      'kustomize.toolkit.fluxcd.io/name',
      'helm.toolkit.fluxcd.io/namespace',
      'helm.toolkit.fluxcd.io/name',
    ],
  },
  {
    name: 'Kyverno',
    generates: true,
    managers: ['kyverno', 'generate'],
    marks: ['generate.kyverno.io/policy-namespace', 'generate.kyverno.io/policy-name'],
    managedBy: 'kyverno',
  },
  {
    name: 'Capsule',
    generates: true,
    managers: ['capsule', 'capsule/controller'],
    marks: ['capsule.clastix.io/tenant'],
  },
  {
    name: 'Rancher',
    generates: true,
    managers: ['rancher'],
    marks: ['field.cattle.io/projectId', 'objectset.rio.cattle.io/owner-name', 'cattle.io/creator'],
  },
  {
    name: 'Open Cluster Management',
    generates: true,
    managers: ['config-policy-controller', 'configurationpolicy-controller'],
    marks: ['policy.open-cluster-management.io/policy'],
  },
  {
    name: 'Helm',
    generates: false,
    managers: ['helm'],
    marks: ['meta.helm.sh/release-namespace', 'meta.helm.sh/release-name'],
    managedBy: 'Helm',
  },
];

/** Who somebody else's object belongs to. */
export interface Owner {
  /** For people: `Flux (flux-system/apps)`, or the field managers where no tool is recognised. */
  readonly told: string;
  /** The field manager to name as actor; `unknown` where managedFields tell none. */
  readonly manager: string;
  readonly generates: boolean;
}

/**
 * Recognises whoever owns an object by its marks, else by its field managers: a claim, as anybody can set either. Marks
 * count first, since a tool's manager may differ from install to install.
 */
export function ownerOf({ labels, annotations, managers }: LiveObject): Owner {
  const manager = managers[0] ?? unknownActor;
  const marked = TOOLS.find((tool) => isMarked(tool, labels, annotations));
  const tool = marked ?? TOOLS.find((each) => each.managers.some((name) => managers.includes(name)));
  if (tool === undefined) return { told: managers.join(', ') || unknownActor, manager, generates: false };
  const behalf = tool.marks.flatMap((mark) => labels[mark] ?? annotations[mark] ?? []).filter((value) => value !== '');
  const writes = tool.managers.find((name) => managers.includes(name)) ?? manager;
  return {
    told: behalf.length === 0 ? tool.name : `${tool.name} (${behalf.join('/')})`,
    manager: writes,
    generates: tool.generates,
  };
}

function isMarked({ marks, managedBy }: Tool, labels: StringMap, annotations: StringMap): boolean {
  if (managedBy !== undefined && labels['app.kubernetes.io/managed-by'] === managedBy) return true;
  return marks.some((mark) => Object.hasOwn(labels, mark) || Object.hasOwn(annotations, mark));
}
