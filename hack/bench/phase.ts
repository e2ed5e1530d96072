import type { Kept } from './left-behind.ts';
import type { Settings } from './settings.ts';
import type { Subject } from './subject.ts';
import type { World } from './world.ts';

/** A converged world and the operator that keeps it, as a phase finds it and leaves it. */
export interface Setting {
  readonly world: World;
  readonly subject: Subject;
  /** All that Parapet keeps here. */
  readonly kept: readonly Kept[];
  readonly settings: Settings;
}

/** The policy that selects the namespaces of the benchmark, and what their names begin with. */
export const POLICY = 'bench';
