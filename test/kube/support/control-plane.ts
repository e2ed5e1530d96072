// Its first home; suites that still look for it here find it.
export { startControlPlane } from '../../cluster/harness/control-plane.ts';
