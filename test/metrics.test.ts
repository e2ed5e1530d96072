import { expect } from 'chai';
import { Metrics, metricsReference } from '../src/metrics.ts';

describe('Metrics', () => {
  it('moves the counts of a policy that goes to policy="", and its gauges away', async () => {
    const metrics = new Metrics({ version: '1' });
    metrics.driftDetected.inc({ policy: '', resource: 'Role', kind: 'Missing' });
    metrics.driftDetected.inc({ policy: 'baseline', resource: 'Role', kind: 'Missing' });
    metrics.driftDetected.inc({ policy: 'baseline', resource: 'Role', kind: 'Missing' });
    metrics.namespaces.set({ policy: 'baseline', state: 'matched' }, 3);
    metrics.repairsPaced.inc({ policy: 'baseline', resource: 'Role', kind: 'Missing' });
    metrics.setOpenDrift('baseline', new Map([['Missing', 1]]));
    metrics.setContested('baseline', new Map([['Role', 1]]));
    metrics.dropPolicy('baseline');
    const text = await metrics.registry.metrics();
    expect(text).not.to.include('baseline');
    expect(text).to.include('parapet_repairs_paced_total{policy="",resource="Role",kind="Missing"} 1');
    expect(text).to.include('parapet_drift_detected_total{policy="",resource="Role",kind="Missing"} 3');
  });

  it('counts for policy="" what is still found for a policy that has gone, until one of that name comes', async () => {
    const metrics = new Metrics({ version: '1' });
    metrics.dropPolicy('baseline');
    metrics.driftRepaired.inc({ policy: 'baseline', resource: 'Role', kind: 'Missing' });
    metrics.setOpenDrift('baseline', new Map());
    metrics.driftRepaired.inc({ policy: 'baseline', resource: 'Role', kind: 'Missing' });
    const text = await metrics.registry.metrics();
    expect(text).to.include('parapet_drift_repaired_total{policy="",resource="Role",kind="Missing"} 1');
    expect(text).to.include('parapet_drift_repaired_total{policy="baseline",resource="Role",kind="Missing"} 1');
  });

  it('takes away kinds of drift that are no longer open', async () => {
    const metrics = new Metrics({ version: '1' });
    metrics.setOpenDrift('baseline', new Map([['Missing', 2]]));
    metrics.setOpenDrift('baseline', new Map([['Blocked', 1]]));
    const text = await metrics.registry.metrics();
    expect(text).to.include('parapet_drift_open{policy="baseline",kind="Blocked"} 1');
    expect(text).not.to.include('parapet_drift_open{policy="baseline",kind="Missing"}');
  });

  it('tells a stuck worker by the work that does not finish', async () => {
    let now = 10;
    const metrics = new Metrics({ version: '1', seconds: () => now });
    const queue = metrics.queue('namespace');
    queue.started('a', 0, 0);
    now = 12;
    queue.started('b', 0, 0);
    now = 15;
    const text = await metrics.registry.metrics();
    expect(text).to.include('workqueue_unfinished_work_seconds{name="namespace"} 8');
    expect(text).to.include('workqueue_longest_running_processor_seconds{name="namespace"} 5');
    queue.finished('a', 5);
    queue.finished('b', 3);
    expect(await metrics.registry.metrics()).to.include('workqueue_unfinished_work_seconds{name="namespace"} 0');
  });

  it('calls a request without an answer what client-go calls it', async () => {
    const metrics = new Metrics({ version: '1' });
    metrics.client.request('GET', 0, 0.1);
    metrics.client.request('GET', 200, 0.1);
    const text = await metrics.registry.metrics();
    expect(text).to.include('rest_client_requests_total{method="GET",code="<error>"} 1');
    expect(text).to.include('rest_client_requests_total{method="GET",code="200"} 1');
  });

  it('asks each watch at each scrape how long it has been silent', async () => {
    let idle = 3;
    const metrics = new Metrics({ version: '1' });
    metrics.watch('roles', () => idle);
    expect(await metrics.registry.metrics()).to.include('parapet_watch_idle_seconds{resource="roles"} 3');
    idle = 4;
    expect(await metrics.registry.metrics()).to.include('parapet_watch_idle_seconds{resource="roles"} 4');
  });

  it('counts a failed reconcile in both of controller-runtime’s counters', async () => {
    const metrics = new Metrics({ version: '1' });
    metrics.reconciled('namespace', 'error', 0.01);
    metrics.reconciled('namespace', 'success', 0.01);
    const text = await metrics.registry.metrics();
    expect(text).to.include('controller_runtime_reconcile_total{controller="namespace",result="error"} 1');
    expect(text).to.include('controller_runtime_reconcile_errors_total{controller="namespace"} 1');
  });
});

describe('metricsReference', () => {
  const promised = [
    'parapet_namespaces` | gauge | `policy` `state`',
    'parapet_drift_open` | gauge | `policy` `kind`',
    'parapet_drift_detected_total` | counter | `policy` `resource` `kind`',
    'parapet_drift_repaired_total` | counter | `policy` `resource` `kind`',
    'parapet_repair_duration_seconds` | histogram',
    'parapet_watch_restarts_total` | counter | `resource`',
    'parapet_watch_idle_seconds` | gauge | `resource`',
    'parapet_build_info` | gauge',
    'workqueue_depth` | gauge | `name`',
    'rest_client_requests_total` | counter | `method` `code`',
    'leader_election_master_status` | gauge | `name`',
    'controller_runtime_reconcile_total` | counter | `controller` `result`',
    'process_resident_memory_bytes` | gauge',
  ];
  for (const row of promised) {
    it(`lists ${row.split('`')[0]} with its type and labels`, () => {
      expect(metricsReference()).to.include(`| \`${row}`);
    });
  }
});
