import type { OperatorProcess } from '../support/operator-process.ts';
import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';
import type { Witness } from './witness.ts';

/** What every step needs. */
export interface Setting {
  readonly narrator: Narrator;
  readonly stage: Stage;
  readonly witness: Witness;
  readonly operator: OperatorProcess;
}

/** Milliseconds as people read them. */
export function milliseconds(from: number, to: number): string {
  return `${Math.max(0, to - from).toFixed(1)} ms`;
}
