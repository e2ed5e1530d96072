import { join } from 'node:path';
import { build } from 'esbuild';

/** What the image's one file may weigh. */
const BUDGET_BYTES = 5_000_000;
const OUTPUT = 'dist/parapet.mjs';
const root = join(import.meta.dirname, '..');

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile: process.argv[2] ?? OUTPUT,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // CommonJS dependencies ask for Node's modules with require.
  banner: { js: "import{createRequire as c}from'node:module';const require=c(import.meta.url);" },
  // node-fetch takes from whatwg-url what Node has, and prefers Node's: 0.3 MB of Unicode tables for nothing.
  // client-node packs directories to copy them into pods, which nobody here does.
  alias: { 'whatwg-url': 'node:url', 'tar-fs': 'node:stream', 'tar-stream': 'node:stream' },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  const share = `${file}: ${bytes} of ${BUDGET_BYTES} bytes`;
  if (bytes > BUDGET_BYTES) throw new Error(`${share}: over the budget; look for a dependency that came in whole`);
  console.log(share);
}
