import { metricsReference } from '../../src/metrics.ts';
import type { GeneratedFile } from './generated-file.ts';

/** `docs/reference/metrics.md`: every metric, from the registry. */
export function metricsPage(): readonly GeneratedFile[] {
  const head = ['# Metrics', '', 'Written by `make generate` from the registry.', '', ''].join('\n');
  return [{ path: 'docs/reference/metrics.md', content: head + metricsReference() }];
}
