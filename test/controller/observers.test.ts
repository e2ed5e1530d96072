import { expect } from 'chai';
import { Memory } from '../../src/controller/memory.ts';
import { observeNamespace } from '../../src/controller/observers.ts';
import { silentLog } from '../../src/kube/observer.ts';
import { Metrics } from '../../src/metrics.ts';
import { slotLabel } from '../../src/plan/desired-object.ts';
import { settle } from '../../src/status/settle.ts';
import { policy, World } from '../plan/world.ts';

describe('observeNamespace', () => {
  it('makes no series of what an annotation names: tenants can write any name there', async () => {
    const world = new World([policy('baseline', { networkPolicy: { defaultDeny: ['Ingress'] } })]);
    world.converge();
    const annotations = { 'parapet.dev/policies': 'made-up' };
    const metadata = { name: 'parapet-x', labels: { [slotLabel]: 'parapet-x' }, annotations };
    world.put({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: {} }, 'mallory');
    const metrics = new Metrics({ version: 'test' });
    observeNamespace(
      { report: settle(world.plan(), new Map()), previous: undefined, posture: undefined, seconds: 0 },
      { log: silentLog, metrics, events: { record: () => {} }, memory: new Memory(), now: () => new Date(0) },
    );
    const text = await metrics.registry.metrics();
    expect(text).to.include('parapet_drift_detected_total{policy="",resource="NetworkPolicy",kind="Orphaned"} 1');
    expect(text).not.to.include('made-up');
  });

  it('tells of a report that the API server would not have', () => {
    const told: unknown[] = [];
    const log = { ...silentLog, warn: (message: string, fields = {}) => told.push({ message, ...fields }) };
    const report = settle(new World([policy('baseline', { mode: 'Audit' })]).plan(), new Map());
    const { namespace } = report;
    observeNamespace(
      { report, previous: undefined, posture: undefined, seconds: 0, refusal: 'no' },
      {
        log,
        metrics: new Metrics({ version: 'test' }),
        events: { record: () => {} },
        memory: new Memory(),
        now: () => new Date(0),
      },
    );
    expect(told).to.deep.equal([{ message: 'report refused', namespace, reason: 'no' }]);
  });
});
