import { expect } from 'chai';
import { applyChanges } from '../../src/controller/apply-changes.ts';
import type { Change } from '../../src/plan/namespace-plan.ts';
import type { Outcome } from '../../src/plan/outcome.ts';
import { policy, World } from '../plan/world.ts';

const deny = 'NetworkPolicy/parapet-default-deny';
const held: Outcome = { result: 'refused', cause: 'finalizer', message: 'kept by its finalizers: x/y' };
const both = { networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS', 'SameNamespace'] } };

function nameOf(change: Change): string {
  return change.action === 'create' ? change.object.metadata.name : change.name;
}

/** Converges, edits the policy, and applies the changes where those to the default-deny end so. */
async function edited(spec: Readonly<Record<string, unknown>>, outcome: Outcome): Promise<readonly string[]> {
  const world = new World([policy('baseline', both)]);
  world.converge();
  world.policies = [policy('baseline', spec)];
  const written: string[] = [];
  await applyChanges(world.plan(), async (change) => {
    written.push(`${change.action} ${nameOf(change)}`);
    return Promise.resolve(`NetworkPolicy/${nameOf(change)}` === deny ? outcome : { result: 'done' });
  });
  return written;
}

describe('applyChanges', () => {
  it('leaves the allows in place as long as the default-deny cannot be removed', async () => {
    const quota = { resourceQuotas: [{ name: 'compute', hard: { pods: 1 } }] };
    expect(await edited(quota, held)).to.deep.equal(['create parapet-compute', 'delete parapet-default-deny']);
  });

  it('leaves the allows in place as long as the default-deny cannot be opened', async () => {
    const spec = { networkPolicy: { defaultDeny: ['Ingress'], allow: ['SameNamespace'] } };
    const written = await edited(spec, { result: 'stale', message: 'modified' });
    expect(written[0]).to.equal('patch parapet-default-deny');
    expect(written).not.to.include('delete parapet-allow-dns');
  });

  it("leaves the default-deny beside a stranger's in place as long as the one under its own name is refused", async () => {
    const world = new World([policy('baseline', both)]);
    const metadata = { name: 'parapet-default-deny' };
    world.put({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } }, 'x');
    world.converge();
    world.live.delete(deny);
    const written: string[] = [];
    // A quota on networkpolicies, or the stranger's next object under that name.
    await applyChanges(world.plan(), async (change) => {
      written.push(`${change.action} ${nameOf(change)}`);
      return Promise.resolve(held);
    });
    expect(written).to.deep.equal(['create parapet-default-deny']);
  });

  it('removes the allows after the default-deny', async () => {
    const written = await edited({}, { result: 'done' });
    expect(written).to.have.length(3);
    expect(written[0]).to.equal('delete parapet-default-deny');
  });
});
