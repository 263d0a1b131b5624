// esbuild's side of `cargo bench -p vasca-builders --bench compile`: the same sources, in turns.
//
// One JSON line in, one JSON line out:
//   { "sizes": true, "sources": { name: text } }  ->  { name: { "transform", "globals", "bundled" } },
//       each { "raw", "gzip", "brotli" }; "bundled" only for the names in "bundled"
//   { "rounds": n }  ->  { name: microseconds } of the sources sent before: medians over n transforms
//
// The packages are those of tests/conformance/node.

import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const PACKAGES = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../conformance/node');
const require = createRequire(path.join(PACKAGES, 'package.json'));
const esbuild = require('esbuild');

const TRANSFORM = { loader: 'tsx', jsx: 'automatic', format: 'esm', target: 'es2020', minify: true, logLevel: 'silent' };

const sizesOf = (code) => ({
  raw: Buffer.byteLength(code),
  gzip: gzipSync(code, { level: 9 }).length,
  brotli: brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }).length,
});

const GLOBALS = { react: 'React', 'react-dom': 'ReactDOM', 'react/jsx-runtime': 'ReactJSXRuntime', remotion: 'Remotion' };

/** The plugin that teams write, with the check that Vasca makes. */
const globalsPlugin = {
  name: 'globals',
  setup(build) {
    const filter = new RegExp(`^(${Object.keys(GLOBALS).join('|')})$`);
    build.onResolve({ filter }, ({ path: module }) => ({ path: module, namespace: 'global' }));
    build.onLoad({ filter: /.*/, namespace: 'global' }, ({ path: module }) => ({
      contents: `import { readGlobal } from 'guard'; module.exports = readGlobal(${JSON.stringify(GLOBALS[module])}, ${JSON.stringify(module)});`,
    }));
    build.onResolve({ filter: /^guard$/ }, () => ({ path: 'guard', namespace: 'guard' }));
    build.onLoad({ filter: /.*/, namespace: 'guard' }, () => ({
      contents: `export const readGlobal = (name, module) => {
        const value = globalThis[name];
        if (value == null) throw new Error(\`globalThis.\${name} is missing: set it to the module "\${module}" first.\`);
        return value;
      };`,
    }));
  },
};

async function bundle(source, plugins) {
  const built = await esbuild.build({
    stdin: { contents: source, loader: 'tsx', resolveDir: PACKAGES, sourcefile: 'component.tsx' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2020',
    minify: true,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
    plugins,
  });
  return built.outputFiles[0].text;
}

async function sizes({ sources, bundled }) {
  const all = {};
  for (const [name, source] of Object.entries(sources)) {
    all[name] = {
      transform: sizesOf((await esbuild.transform(source, TRANSFORM)).code),
      globals: sizesOf(await bundle(source, [globalsPlugin])),
    };
    if (bundled.includes(name)) all[name].bundled = sizesOf(await bundle(source, []));
  }
  return all;
}

const median = (values) => values.sort((one, two) => one - two)[Math.floor(values.length / 2)];

async function times(sources, rounds) {
  const all = {};
  for (const [name, source] of Object.entries(sources)) {
    const spent = [];
    for (let round = 0; round < rounds; round += 1) {
      const started = process.hrtime.bigint();
      await esbuild.transform(source, TRANSFORM);
      spent.push(Number(process.hrtime.bigint() - started) / 1e3);
    }
    all[name] = median(spent);
  }
  return all;
}

let sources = {};
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.sources) sources = asked.sources;
  const answer = asked.sizes ? await sizes(asked) : await times(sources, asked.rounds);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
