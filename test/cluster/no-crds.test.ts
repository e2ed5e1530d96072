import { expect } from 'chai';
import { installPermissions } from '../../hack/support/install.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { auditedControlPlane } from './harness/audited-control-plane.ts';
import type { Cluster } from './harness/cluster.ts';
import { installed } from './harness/cluster.ts';
import { reconciled } from './harness/reports.ts';
import { eventually } from './harness/until.ts';

describe('A cluster without the CRDs', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await installed(await auditedControlPlane(), installPermissions);
    operator = await cluster.startOperator();
  });
  after(async () => {
    await operator.stop();
    await cluster.admin.close();
    await cluster.controlPlane.stop();
  });

  it('keeps the operator waiting: alive, not ready, and it says for what', async () => {
    await eventually('it says what it waits for', async () => {
      const { status, body } = await operator.health('/readyz');
      expect(status).to.equal(503);
      expect(body).to.include('clustersecuritypolicies').and.to.include('namespacepostures');
      expect(body).to.match(/CRD|CustomResourceDefinition|not installed|no such resource/i);
      expect(body).not.to.include('networkpolicies');
    });
    expect(await operator.health('/healthz')).to.deep.equal({ status: 200, body: 'ok\n' });
    expect(operator.logs.some(({ message }) => message === 'working')).to.equal(false);
  });

  it('becomes one with Parapet at work within seconds of their coming', async () => {
    await cluster.kubectl(['apply', '-k', 'crds']);
    await operator.working(30_000);
    expect(await operator.health('/readyz')).to.deep.equal({ status: 200, body: 'ok\n' });
    await cluster.applyFixture('convergence');
    await reconciled(cluster, 'convergence', '2/2');
  });
});
