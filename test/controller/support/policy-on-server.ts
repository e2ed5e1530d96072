import { decodePolicy } from '../../../src/api/decode-policy.ts';
import type { PolicyStatus } from '../../../src/api/policy-status.ts';
import type { KubeObject } from '../../../src/slots/kube-object.ts';

type Spec = Readonly<Record<string, unknown>>;

/** An enforcing policy of every namespace as the API server holds it. */
export class PolicyOnServer {
  object: KubeObject;

  constructor(name: string, spec: Spec) {
    this.object = {
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'ClusterSecurityPolicy',
      metadata: { name, uid: 'uid-policy', resourceVersion: '1', generation: 1 },
      spec: enforcing(spec),
    };
    if (decodePolicy(this.object).problems.length > 0) throw new Error('the policy is invalid');
  }

  /** Its author's change. */
  edit(spec: Spec): KubeObject {
    const { generation = 1 } = this.object.metadata;
    return this.#store({ spec: enforcing(spec) }, generation + 1);
  }

  /** The operator's. */
  report(status: PolicyStatus): KubeObject {
    return this.#store({ status }, this.object.metadata.generation ?? 1);
  }

  #store(members: object, generation: number): KubeObject {
    const { metadata } = this.object;
    const resourceVersion = `${Number(metadata.resourceVersion) + 1}`;
    this.object = { ...this.object, ...members, metadata: { ...metadata, generation, resourceVersion } };
    return this.object;
  }
}

function enforcing(spec: Spec): Spec {
  return { mode: 'Enforce', namespaceSelector: {}, ...spec };
}
