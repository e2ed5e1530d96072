import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../..');
const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');

interface Report {
  readonly number_of_files: number;
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

/** oxlint exits with 1 where it finds something: its report is what counts. */
function lint(cwd: string, path: string): Promise<Report> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      maxBuffer: 2 ** 26,
      env: { ...process.env, PATH: `${root}/node_modules/.bin:${process.env['PATH']}` },
    };
    execFile(process.execPath, [oxlint, '--format=json', path], options, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Report);
      } catch {
        reject(new Error(`oxlint gave no report: ${stderr}${stdout}`, { cause: error }));
      }
    });
  });
}

const IMPORTS = 'eslint(no-restricted-imports)';
const GLOBALS = 'eslint(no-restricted-globals)';

/** Folder by folder, what it must not import. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  semantics: ['../slots/registry.ts', '../plan/plan.ts', 'typebox', 'node:fs', 'prom-client', 'winston', 'undici'],
  slots: [
    '../api/policy.ts',
    '../plan/plan.ts',
    '../kube/client.ts',
    '../logger.ts',
    'node:fs',
    'prom-client',
    'winston',
    'undici',
  ],
  api: [
    '../plan/plan.ts',
    '../kube/client.ts',
    '../status/posture.ts',
    'node:fs/promises',
    'winston',
    '@kubernetes/client-node',
  ],
  widening: ['../plan/plan.ts', '../api/policy.ts', '../kube/client.ts', 'node:net', 'prom-client'],
  plan: [
    '../status/posture.ts',
    '../kube/client.ts',
    '../controller/queue.ts',
    '../metrics.ts',
    'node:crypto',
    'winston',
  ],
  status: [
    '../kube/client.ts',
    '../controller/queue.ts',
    '../semantics/names.ts',
    '../logger.ts',
    'node:util',
    'undici',
  ],
  output: ['../kube/client.ts', '../api/policy.ts', '../commands/main.ts', 'node:fs', 'winston'],
  manifests: ['../kube/client.ts', '../controller/queue.ts', '../status/posture.ts', 'undici', 'prom-client'],
  kube: [
    '../status/posture.ts',
    '../controller/queue.ts',
    '../commands/main.ts',
    '../server/http-server.ts',
    'prom-client',
    'winston',
  ],
  controller: [
    '../server/http-server.ts',
    '../commands/main.ts',
    '../semantics/names.ts',
    'undici',
    'prom-client',
    'winston',
  ],
  server: [
    '../kube/client.ts',
    '../controller/queue.ts',
    '../plan/plan.ts',
    '../slots/registry.ts',
    'prom-client',
    'undici',
  ],
  metrics: ['../kube/client.ts', '../logger.ts', 'undici'],
};

/** Folders that a folder may take types from, and nothing else. */
const typesOnly: Readonly<Record<string, readonly string[]>> = {
  slots: ['@kubernetes/client-node'],
  widening: ['../slots/slot-kind.ts'],
  status: ['../slots/slot-kind.ts'],
  output: ['../status/posture.ts'],
  manifests: ['../slots/kube-object.ts'],
  kube: ['../plan/outcome.ts'],
  controller: ['@kubernetes/client-node'],
};

/** Every way to import that TypeScript knows, one file each. */
function violations(specifier: string): Readonly<Record<string, string>> {
  return {
    value: `import { x } from '${specifier}';\nx();\n`,
    type: `import type { X } from '${specifier}';\nexport type Y = X;\n`,
    reexport: `export { x } from '${specifier}';\n`,
    reexportAll: `export * from '${specifier}';\n`,
    reexportType: `export type { X } from '${specifier}';\n`,
    sideEffect: `import '${specifier}';\n`,
    dynamic: `export const x = await import('${specifier}');\n`,
  };
}

interface Planted {
  readonly file: string;
  readonly code: string;
  readonly text: string;
}

function planted(): readonly Planted[] {
  const files: Planted[] = [];
  const plant = (name: string, code: string, text: string): void => {
    files.push({ file: `src/${name}.ts`, code, text });
  };
  for (const [folder, specifiers] of Object.entries(forbidden)) {
    specifiers.forEach((specifier, index) => {
      for (const [how, text] of Object.entries(violations(specifier)))
        plant(`${folder}/v${index}-${how}`, IMPORTS, text);
    });
  }
  for (const [folder, specifiers] of Object.entries(typesOnly)) {
    specifiers.forEach((specifier, index) => {
      const { value = '', reexport = '', dynamic = '' } = violations(specifier);
      for (const [how, text] of Object.entries({ value, reexport, dynamic }))
        plant(`${folder}/t${index}-${how}`, IMPORTS, text);
    });
  }
  const pure = ['semantics', 'slots', 'api', 'plan', 'widening', 'status', 'output'];
  for (const folder of pure) {
    for (const name of ['Date', 'process', 'performance', 'setTimeout', 'globalThis', 'console', 'require']) {
      plant(`${folder}/g-${name}`, GLOBALS, `export const x = ${name};\n`);
    }
    plant(
      `${folder}/import-type`,
      'typescript(consistent-type-imports)',
      "export type X = import('../kube/client.ts').KubeClient;\n",
    );
    plant(`${folder}/around`, IMPORTS, "import { x } from './../kube/client.ts';\nx();\n");
    plant(`${folder}/through`, IMPORTS, "import { x } from '../semantics/../kube/client.ts';\nx();\n");
  }
  plant('errors', IMPORTS, "export * from './logger.ts';\n");
  plant('logger', IMPORTS, "export * from './metrics.ts';\n");
  plant('metrics', IMPORTS, "export * from './logger.ts';\n");
  for (const [name, [code, text]] of Object.entries(rules)) plant(`commands/${name}`, code, text);
  return files;
}

const lines = (count: number, text: string): string => Array.from({ length: count }, () => text).join('\n');

/** The limits of size and the promises, where any folder breaks them. */
const rules: Readonly<Record<string, readonly [string, string]>> = {
  floating: ['typescript(no-floating-promises)', 'async function f(): Promise<void> {}\nf();\n'],
  misused: ['typescript(no-misused-promises)', '[1].forEach(async () => {});\n'],
  params: ['eslint(max-params)', 'export function f(a: 1, b: 1, c: 1, d: 1, e: 1) {\n  return [a, b, c, d, e];\n}\n'],
  depth: [
    'eslint(max-depth)',
    'export function f(a: boolean): void {\n  if (a) {\n    if (a) {\n      if (a) {\n        if (a) f(a);\n      }\n    }\n  }\n}\n',
  ],
  complexity: [
    'eslint(complexity)',
    `export function f(a: number): number {\n${lines(10, '  if (a > 1) return a;')}\n  return 0;\n}\n`,
  ],
  long: ['eslint(max-lines-per-function)', `export function f(a: number[]): void {\n${lines(60, '  a.push(1);')}\n}\n`],
  file: ['eslint(max-lines)', `export const a: number[] = [];\n${lines(300, 'a.push(1);')}\n`],
  any: ['typescript(no-explicit-any)', 'export const a: any = 1;\n'],
};

describe('.oxlintrc.json', function () {
  this.timeout(60_000);
  let dir: string;
  let report: Report;
  const files = planted();

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parapet-lint-'));
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) await cp(join(root, name), join(dir, name));
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    for (const { file, text } of files) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), text);
    }
    report = await lint(dir, 'src');
  });
  after(() => rm(dir, { recursive: true }));

  it('reads every file it is given', () => {
    expect(report.number_of_files).to.equal(files.length);
  });

  const folders = [...new Set(files.map(({ file }) => dirname(file)))];
  for (const folder of folders) {
    const inFolder = files.filter(({ file }) => dirname(file) === folder);
    it(`reports each of ${inFolder.length} violations planted in ${folder}`, () => {
      const missed = inFolder.filter(
        ({ file, code }) => !report.diagnostics.some((found) => found.filename === file && found.code === code),
      );
      expect(missed).to.deep.equal([]);
    });
  }

  it('lets types through where only types may be imported', async () => {
    const folder = join(dir, 'allowed/src/status');
    await mkdir(folder, { recursive: true });
    for (const name of ['.oxlintrc.json', 'tsconfig.json']) await cp(join(root, name), join(dir, 'allowed', name));
    await writeFile(join(folder, 'a.ts'), "import type { X } from '../slots/slot-kind.ts';\nexport type Y = X;\n");
    const { diagnostics } = await lint(join(dir, 'allowed'), 'src');
    expect(diagnostics.map(({ code }) => code)).not.to.include(IMPORTS);
  });
});

describe('the sources', function () {
  this.timeout(60_000);

  it('are all read by the linter', async () => {
    const { number_of_files } = await lint(root, 'src');
    expect(number_of_files).to.equal(globSync('src/**/*.ts', { cwd: root }).length);
  });
});
