import type { OperatorOptions } from '../../support/operator-process.ts';
import type { Lane } from '../lane.ts';

/** A fault that has begun. */
export interface Begun {
  /** How long it goes on once everything has happened: the operator has done by then whatever it does on what it knows. */
  readonly lagMs?: number;
  /** Ends it, once everything has happened; tells what the operator did meanwhile that it may not do. */
  release(): Promise<readonly string[]>;
  /** Takes away what is left of it, after the verdict. */
  over(): Promise<unknown>;
}

/** What becomes of watches, or of the operator, while things happen. */
export interface StreamFault {
  readonly name: string;
  /** @param kinds the plurals whose watches it is about; none for a fault that knows no difference */
  readonly begin: (lane: Lane, kinds: readonly string[]) => Promise<Begun>;
  /** How long the operator may take to be well again once it is released; 15 s where nothing is said. */
  readonly deadlineMs?: number;
  /** Released only when what the cluster does by itself is done: it must not be hindered, too. */
  readonly afterwards?: true;
  /** The operator ends by design and is started again, as kubelet would. */
  readonly ends?: true;
  /** How the operator is run for it, where that is not as for all others. */
  readonly operator?: Partial<OperatorOptions>;
}

export const nothing = async (): Promise<readonly string[]> => [];
