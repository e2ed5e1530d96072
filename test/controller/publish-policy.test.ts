import { expect } from 'chai';
import { Memory } from '../../src/controller/memory.ts';
import { PolicyPublisher } from '../../src/controller/publish-policy.ts';
import { createView } from '../../src/controller/view.ts';
import { systemTiming } from '../../src/kube/timing.ts';
import type { Outcome } from '../../src/plan/outcome.ts';

describe('PolicyPublisher', () => {
  it('says that a status was refused, and tries again: rights are granted without a word to us', async () => {
    const view = createView();
    const metadata = { name: 'baseline', uid: 'u', resourceVersion: '1', generation: 1 };
    const spec = { mode: 'Audit', namespaceSelector: {} };
    view.policies.put({ apiVersion: 'parapet.dev/v1alpha1', kind: 'ClusterSecurityPolicy', metadata, spec });
    const warnings: string[] = [];
    let outcome: Outcome = { result: 'refused', cause: 'permission', message: 'cannot patch' };
    const publisher = new PolicyPublisher({
      view,
      memory: new Memory(),
      protectedNamespaces: [],
      timing: systemTiming,
      writeStatus: async () => Promise.resolve(outcome),
      observe: () => {},
      log: { warn: (message) => warnings.push(message) },
    });
    expect(await publisher.publish('baseline')).to.equal(false);
    expect(warnings).to.deep.equal(['status refused']);
    outcome = { result: 'done' };
    expect(await publisher.publish('baseline')).to.equal(true);
  });
});
