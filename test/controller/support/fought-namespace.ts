import { OperatedNamespace } from './operated-namespace.ts';

export const DENY = 'NetworkPolicy/parapet-default-deny';
export const SECOND = 1_000;
export const networkPolicy = { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] };
export const closed = { podSelector: {}, policyTypes: ['Egress', 'Ingress'] };
export const opened = { spec: { ...closed, ingress: [{}] } };

/** A namespace with a default-deny, and somebody who wants it open. */
export class FoughtNamespace extends OperatedNamespace {
  get isOpen(): boolean {
    return JSON.stringify(this.contentOf(DENY)).includes('"ingress":[{}]');
  }

  /** The conditions of the policy that are true. */
  get conditions(): readonly string[] {
    return (this.status.conditions ?? []).filter(({ status }) => status === 'True').map(({ type }) => type);
  }

  /** Somebody opens the default-deny again as soon as he sees it closed. Resolves with the times of its repairs. */
  async fight(forMs: number, everyMs = 100): Promise<readonly number[]> {
    const from = this.now;
    while (this.now - from < forMs) {
      if (!this.isOpen) await this.tamper(DENY, opened, 'argocd-controller');
      await this.advance(everyMs);
    }
    return this.writesOf(DENY).filter((at) => at >= from);
  }
}
