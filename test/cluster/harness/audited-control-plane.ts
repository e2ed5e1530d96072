import { startControlPlane } from '../../../hack/support/control-plane.ts';
import type { ControlPlane } from '../../../hack/support/control-plane.ts';
import { unexpectedRefusals } from './without-rights.ts';

/**
 * A control plane with an audit log, which at its end fails whoever stops it if the operator was denied anything that
 * nobody took from it: config/rbac is enough for all that the tests make it do.
 */
export async function auditedControlPlane(flags: readonly string[] = []): Promise<ControlPlane> {
  const controlPlane = await startControlPlane({ auditLog: true, flags });
  const restarts: number[] = [];
  return {
    ...controlPlane,
    restartApiServer: async () => {
      restarts.push(Date.now());
      await controlPlane.restartApiServer();
    },
    stop: async () => {
      const refused = await unexpectedRefusals(controlPlane.auditLog, restarts);
      await controlPlane.stop();
      if (refused.length > 0) throw new Error(`config/rbac does not let the operator ${refused.join(', ')}`);
    },
  };
}
