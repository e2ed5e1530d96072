import type { ControlPlane } from '../../../hack/support/control-plane.ts';
import { auditedControlPlane } from './audited-control-plane.ts';

let shared: Promise<ControlPlane> | undefined;

/** The one that suites share: started with the first who asks, with an audit log, stopped after the last test. */
export function sharedControlPlane(): Promise<ControlPlane> {
  shared ??= auditedControlPlane();
  return shared;
}

// The file is read while mocha collects tests: this is a hook of the root suite, whoever imports it first.
after(async function () {
  this.timeout(30_000);
  await (await shared)?.stop();
});
