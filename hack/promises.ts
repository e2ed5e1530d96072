import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PROMISES } from './promises/list.ts';
import { promisesPage } from './promises/page.ts';
import { faultsOf } from './promises/verify.ts';
import type { TestResult } from './promises/verify.ts';
import { inProject } from './support/paths.ts';

// Every test that docs/promises.md names has passed in the last `make test`; then the page is written.
const RESULTS = inProject('.cache/test-results.json');

const faults = existsSync(RESULTS)
  ? faultsOf(PROMISES, JSON.parse(readFileSync(RESULTS, 'utf8')) as readonly TestResult[])
  : ['no test has been run yet: make test'];
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
else for (const { path, content } of promisesPage()) writeFileSync(inProject(path), content);
