import type { LeaseTimings } from '../kube/lease-timings.ts';
import type { Log } from '../kube/observer.ts';
import type { Metrics } from '../metrics.ts';
import type { PlatformFacts } from '../slots/platform-facts.ts';

/** What `parapet run` was asked for, parsed and checked. */
export interface RunOptions {
  /** A kubeconfig file; else KUBECONFIG, the pod's service account, `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** `host:port`; undefined disables. */
  readonly metricsBindAddress?: string;
  readonly healthProbeBindAddress?: string;
  readonly leaderElect: boolean;
  readonly leaderElectionNamespace: string;
  readonly leaseTimings: LeaseTimings;
  /** Namespaces of a backlog worked on at once: what somebody changed just now waits for none of them. */
  readonly concurrency: number;
  readonly protectedNamespaces: readonly string[];
  /** How long an exception may last. */
  readonly maxExceptionMs: number;
  /** What flags tell of the cluster: it overrides what is detected. */
  readonly platform: Partial<PlatformFacts>;
  /** Whether to record Kubernetes Events. */
  readonly events: boolean;
  readonly version: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborted by SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
}
