import type { PostureContent } from '../api/posture.ts';
import type { NamespaceReport } from '../status/settle.ts';
import type { PostureEntry } from './view.ts';

/** A namespace was looked at: what is true now, and what was reported before. */
export interface Observation {
  readonly report: NamespaceReport;
  readonly previous: PostureContent | undefined;
  /** The report as it now stands in the cluster; absent where there is none. */
  readonly posture: PostureEntry | undefined;
  /** Why the API server would not take or remove the report; absent where it did. */
  readonly refusal?: string;
  /** From the watch event that queued the namespace to the last acknowledged write. */
  readonly seconds: number;
}

export type Observe = (observation: Observation) => void;
