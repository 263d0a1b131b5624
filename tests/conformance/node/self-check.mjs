// Proves the harness before anything is compared with it: esbuild is set against itself.
//
// Every fixture in tests/fixtures/good is built three ways by esbuild: minified with real imports,
// unminified with real imports, and bundled with a plugin that reads the page's globals. All three
// must render, give the same non-empty markup, and change from frame to frame.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buildWithEsbuild } from './modules.mjs';
import { HERE, load, PAGE_MODULES } from './page.mjs';

const FIXTURES = path.join(HERE, '..', '..', 'fixtures', 'good');
const FRAMES = [0, 20, 59];

const esbuild = (await load('esbuild')).default;

/** Resolves the page's modules to CommonJS modules whose exports are the globals. */
const pageGlobals = {
  name: 'page-globals',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path: specifier, kind }) =>
      kind !== 'entry-point' && PAGE_MODULES[specifier] ? { path: specifier, namespace: 'page' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'page' }, ({ path: specifier }) => ({
      contents: `module.exports = globalThis.${PAGE_MODULES[specifier]}`,
      loader: 'js',
    }));
  },
};

async function bundleWithGlobals(source) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, loader: 'tsx', resolveDir: HERE },
    bundle: true,
    write: false,
    jsx: 'automatic',
    format: 'esm',
    target: 'es2020',
    logLevel: 'silent',
    plugins: [pageGlobals],
  });
  return outputFiles[0].text;
}

/** The complaints about one fixture's variants, as sentences; none means that it is sound. */
function complaintsAbout(variants) {
  const complaints = [];
  for (const [variant, { error, frames = [], exports = [] }] of Object.entries(variants)) {
    if (error) complaints.push(`${variant}: ${error}`);
    if (!error && !exports.includes('default')) complaints.push(`${variant} has no default export`);
    for (const { frame, markup, error: thrown } of frames) {
      if (thrown) complaints.push(`${variant} throws at frame ${frame}: ${thrown}`);
      else if (!markup) complaints.push(`${variant} renders nothing at frame ${frame}`);
    }
  }
  if (complaints.length > 0) return complaints;

  const [first, ...others] = Object.values(variants).map(({ frames }) => JSON.stringify(frames));
  if (others.some((other) => other !== first)) complaints.push('the variants render different markup');
  const distinct = new Set(variants.esbuild.frames.map(({ markup }) => markup)).size;
  if (distinct < 2) complaints.push('the markup does not depend on the frame');
  return complaints;
}

/** Checks every good fixture; `lines` is the report for people, `sound` the verdict. */
export async function selfCheck(workshop, renderCase) {
  const names = (await readdir(FIXTURES)).filter((name) => name.endsWith('.tsx')).sort();
  const lines = [];
  let failed = names.length === 0 ? 1 : 0;

  for (const name of names) {
    const source = await readFile(path.join(FIXTURES, name), 'utf8');
    const external = await buildWithEsbuild(source, { minify: false });
    const globals = await bundleWithGlobals(source);
    const variants = await renderCase(workshop, { source, external, globals }, FRAMES);
    const complaints = complaintsAbout(variants);
    if (complaints.length > 0) failed += 1;
    const lengths = variants.esbuild.frames?.map(({ markup }) => markup?.length ?? 0).join(' / ');
    lines.push(complaints.length > 0 ? `FAIL ${name}: ${complaints.join('; ')}` : `ok   ${name}: ${lengths} characters of markup`);
  }
  lines.push(`${names.length - failed} of ${names.length} fixtures render, in three variants with equal markup.`);
  return { lines, sound: failed === 0 };
}
