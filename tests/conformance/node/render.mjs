// Renders components built by esbuild and by Vasca, so that a test can compare the markup.
//
//   node render.mjs < request.json > report.json
//   node render.mjs --self                  proves the harness on tests/fixtures/good
//
// request: { "cases": [{ "name", "source_path", "external_module_path"?, "globals_module_path"? }],
//            "frames": [0, 20, 59] }
// report:  { "versions", "video", "frames", "cases": [{ "name", "variants": {
//            "esbuild" | "external" | "globals": { "exports", "raw_bytes", "gzip_bytes",
//              "frames": [{ "frame", "markup" } or { "frame", "error" }] } or { "error" } } }] }
//
// A component that throws is a result, not a failure: 0 says that everything ran, 2 that the set-up
// or the request is at fault. Components write to stderr: stdout carries the report alone.

import { readFile } from 'node:fs/promises';
import { buildWithEsbuild, sizesOf, Workshop } from './modules.mjs';
import { SetupError, versionOf, withPageGlobals } from './page.mjs';
import { renderAt, VIDEO } from './stage.mjs';

async function readText(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new SetupError(`The file ${file} cannot be read (${error.code}).`);
  }
}

/** Loads one finished module and renders its default export at each frame. */
async function perform(workshop, code, frames) {
  const sizes = sizesOf(code);
  try {
    const namespace = await workshop.import(code);
    const exports = Object.keys(namespace).sort();
    return { ...sizes, exports, frames: frames.map((frame) => renderAt(namespace.default, frame)) };
  } catch (error) {
    return { ...sizes, error: `The module does not load: ${error?.message ?? error}` };
  }
}

/** What esbuild makes of the source, or its complaint. */
async function performEsbuild(workshop, source, frames) {
  let code;
  try {
    code = await buildWithEsbuild(source);
  } catch (error) {
    return { error: `esbuild refuses the source: ${error.errors?.[0]?.text ?? error.message}` };
  }
  return perform(workshop, code, frames);
}

/** Renders every variant of one case; the page's globals exist only around the `globals` variant. */
export async function renderCase(workshop, { source, external, globals }, frames) {
  const variants = { esbuild: await performEsbuild(workshop, source, frames) };
  if (external !== undefined) variants.external = await perform(workshop, external, frames);
  if (globals !== undefined) {
    variants.globals = await withPageGlobals(() => perform(workshop, globals, frames));
  }
  return variants;
}

function checkRequest(request) {
  const { cases, frames } = request ?? {};
  if (!Array.isArray(cases) || cases.length === 0) {
    throw new SetupError('The request has no cases.');
  }
  if (!Array.isArray(frames) || !frames.every((frame) => Number.isInteger(frame) && frame >= 0 && frame < VIDEO.durationInFrames)) {
    throw new SetupError(`The request's frames must be whole numbers below ${VIDEO.durationInFrames}.`);
  }
  for (const { name, source_path: source } of cases) {
    if (!name || !source) throw new SetupError('Every case needs a name and a source_path.');
  }
  return { cases, frames };
}

async function report(workshop, { cases, frames }) {
  const optional = (file) => (file === undefined || file === null ? undefined : readText(file));
  const rendered = [];
  for (const entry of cases) {
    const texts = {
      source: await readText(entry.source_path),
      external: await optional(entry.external_module_path),
      globals: await optional(entry.globals_module_path),
    };
    rendered.push({ name: entry.name, variants: await renderCase(workshop, texts, frames) });
  }
  const versions = { node: process.versions.node };
  for (const name of ['react', 'react-dom', 'remotion', 'esbuild']) versions[name] = versionOf(name);
  return { versions, video: VIDEO, frames, cases: rendered };
}

async function readRequest() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new SetupError(`The request on stdin is not JSON (${error.message}).`);
  }
}

const print = (text) => new Promise((done) => process.stdout.write(`${text}\n`, done));

async function main(args) {
  const workshop = await Workshop.open();
  try {
    if (args.includes('--self')) {
      const { selfCheck } = await import('./self-check.mjs');
      const { lines, sound } = await selfCheck(workshop, renderCase);
      await print(lines.join('\n'));
      return sound ? 0 : 1;
    }
    await print(JSON.stringify(await report(workshop, checkRequest(await readRequest()))));
    return 0;
  } finally {
    await workshop.close();
  }
}

for (const level of ['log', 'info', 'debug', 'warn']) console[level] = console.error;

// Components may leave timers behind, so the process is ended rather than awaited.
try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(2);
}
