import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { admissionFiles } from './generate/admission-files.ts';
import { apiReference } from './generate/api-reference.ts';
import { cliPage } from './generate/cli-reference.ts';
import { crdFiles } from './generate/crd-files.ts';
import { flowcontrolFiles } from './generate/flowcontrol-files.ts';
import type { Producer } from './generate/generated-file.ts';
import { metricsPage } from './generate/metrics-reference.ts';
import { reasonsPage } from './generate/reasons-reference.ts';
import { rbacFiles } from './generate/rbac-files.ts';
import { promisesPage } from './promises/page.ts';

/** All that is written from code: one line per producer. `make verify` fails where the tree differs from it. */
const producers: readonly Producer[] = [
  crdFiles, // crds/
  rbacFiles, // config/rbac/
  admissionFiles, // config/admission/
  flowcontrolFiles, // config/flowcontrol/
  apiReference, // docs/reference/api.md
  cliPage, // docs/reference/cli.md
  metricsPage, // docs/reference/metrics.md
  reasonsPage, // docs/reference/reasons.md
  promisesPage, // docs/promises.md
];

const root = join(import.meta.dirname, '..');
for (const { path, content } of producers.flatMap((produce) => produce())) {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}
