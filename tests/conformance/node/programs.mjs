// Runs small programs as esbuild and as Vasca build them, and reports all that can be seen of each.
//
//   node programs.mjs < request.json > report.json
//
// request: { "yardstick": "esbuild" | "original", "frames": [0, 20, 59],
//            "programs": [{ "source_path", "modules": { "<label>": "<path>" } }] }
// report:  { "programs": [{ "yardstick": <seen>, "modules": { "<label>": <seen> } }] }
// <seen>:  { "outcome", "note" }; two modules behave alike when their outcomes are equal. A note is
//          for people: the words of the error, which may hold names that a minifier has changed.
//
// The yardstick "original" is the source less its types and JSX, with real imports.
// The outcome: the error at load, the trace, exports before and after those called `bump…` were
// called, the markup at each frame, and what came later by promises.

import { readFile } from 'node:fs/promises';
import { buildWithEsbuild, Workshop } from './modules.mjs';
import { globalOf, withPageGlobals } from './page.mjs';
import { renderAt } from './stage.mjs';

const YARDSTICKS = {
  esbuild: {},
  original: { minify: false, target: 'esnext' },
};

/** Classes of errors that engines throw with words of their own. */
const ENGINE_ERRORS = { TypeError, ReferenceError, RangeError, SyntaxError, URIError };

/** What is compared of something thrown: of an engine's errors the class alone. */
function thrown(error) {
  for (const [name, type] of Object.entries(ENGINE_ERRORS)) {
    if (error instanceof type) return name;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : `thrown ${described(error)}`;
}

/** A value as text: numbers with their sign of zero, plain objects as far as they go, others by type. */
function described(value, depth = 0) {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol' || typeof value === 'function') return typeof value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return depth > 2 ? '[…]' : `[${value.map((one) => described(one, depth + 1)).join(', ')}]`;
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  const keys = Object.keys(value);
  // Elements and modules are objects that nobody compares by their members.
  if (!isPlain || '$$typeof' in value || Symbol.toStringTag in value || keys.length > 12 || depth > 2) return 'object';
  return `{${keys.map((key) => `${key}: ${described(value[key], depth + 1)}`).join(', ')}}`;
}

/** Names that only real modules made of CommonJS have, or only one build of React. */
const HIDDEN = /^(__.*|module\.exports|act|captureOwnerStack)$/;

function exportsOf(namespace) {
  const names = Object.keys(namespace).filter((name) => !HIDDEN.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, described(namespace[name])]));
}

/** Calls every export whose name begins with `bump`, so that live bindings change. */
function bump(namespace) {
  for (const name of Object.keys(namespace).sort()) {
    if (name.startsWith('bump') && typeof namespace[name] === 'function') namespace[name]();
  }
}

function frameOf(component, frame) {
  const { markup, thrown: error } = renderAt(component, frame);
  return error === undefined ? markup : { throws: thrown(error()) };
}

/** Promises of `import()` are settled some turns of the loop later. */
async function settled() {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setTimeout(done, 1));
}

/** Everything that can be seen of one module. */
async function watch(workshop, code, frames, waits) {
  const trace = [];
  const later = [];
  globalThis.__trace = trace;
  globalThis.__later = later;
  const outcome = {};
  let note;
  try {
    const namespace = await workshop.import(code);
    outcome.loaded = trace.map((value) => described(value));
    outcome.exports = exportsOf(namespace);
    bump(namespace);
    outcome.bumped = exportsOf(namespace);
    outcome.frames = frames.map((frame) => frameOf(namespace.default, frame));
  } catch (error) {
    outcome.error = thrown(error);
    note = String(error?.message ?? error);
  }
  if (waits) await settled();
  outcome.trace = trace.map((value) => described(value));
  outcome.later = later.map((value) => described(value)).sort();
  return { outcome, note };
}

async function runProgram(workshop, program, { yardstick, frames }) {
  const source = await readFile(program.source_path, 'utf8');
  const waits = source.includes('__later');
  // What `require()` gives is what a bundler would link: the page's one React and one Remotion.
  globalThis.require = globalOf;
  let expected;
  try {
    const code = await buildWithEsbuild(source, YARDSTICKS[yardstick]);
    expected = await watch(workshop, code, frames, waits);
  } catch (error) {
    expected = { outcome: 'refused by esbuild', note: error.errors?.[0]?.text ?? error.message };
  }
  delete globalThis.require;
  const modules = {};
  for (const [label, path] of Object.entries(program.modules)) {
    const code = await readFile(path, 'utf8');
    const run = () => watch(workshop, code, frames, waits);
    modules[label] = label.startsWith('globals') ? await withPageGlobals(run) : await run();
  }
  return { yardstick: expected, modules };
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const request = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const workshop = await Workshop.open();
  try {
    const programs = [];
    for (const program of request.programs) programs.push(await runProgram(workshop, program, request));
    await new Promise((done) => process.stdout.write(`${JSON.stringify({ programs })}\n`, done));
  } finally {
    await workshop.close();
  }
}

for (const level of ['log', 'info', 'debug', 'warn', 'error']) console[level] = () => {};

// Programs leave rejected promises behind on purpose.
process.on('unhandledRejection', () => {});

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(2);
}
