// Follows source maps from real stack traces back to the source, with a consumer from npm.
//
//   node maps.mjs < request.json > report.json
//
// request: { "cases": [{ "name", "source_path", "module_path", "map_path"? }] }; without map_path the
//          map is in the module's last line
// report:  { "cases": [{ "name", "calls", "wrong": ["what, and where it led"] }] }
//
// Two kinds of places are followed. Where a line of the source ends with //@ and a word, the component
// must throw, and the stack must lead to the last such word of the line. In every source, each call of a function
// of React or Remotion during one render must lead to where the source calls it by that name, and
// each element to its `<`.

import { readFile } from 'node:fs/promises';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { Workshop } from './modules.mjs';
import { SetupError, withPageGlobals } from './page.mjs';
import { renderAt } from './stage.mjs';

const FRAME = 20;
const MARKER = /^(.*) \/\/@ (\w+)$/;
const INLINE = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;
/** Calls that are told of one source: enough to see what they have in common. */
const TOLD = 5;

/** Lines as editors split them. */
const linesOf = (text) => text.split(/\r\n|\n|\r/);

/** The first frame of a stack that lies in the workshop's modules: line and column from 1. */
function frameIn(stack, file) {
  for (const line of stack.split('\n').slice(1)) {
    const at = line.lastIndexOf(file);
    const place = at < 0 ? null : /^:(\d+):(\d+)/.exec(line.slice(at + file.length));
    if (place) return { line: Number(place[1]), column: Number(place[2]) };
  }
  return undefined;
}

/** Where a frame leads: `{ place, text }`, the text being what stands there in the source. */
function follow(map, lines, frame) {
  const { source, line, column } = originalPositionFor(map, { line: frame.line, column: frame.column - 1 });
  if (source === null) return { place: 'nowhere', text: '' };
  return { place: `${line}:${column + 1}`, text: (lines[line - 1] ?? '').slice(column) };
}

/** A copy of a module whose functions say from where they are called. */
function overheard(module, heard) {
  const copy = { ...module };
  for (const [name, value] of Object.entries(module)) {
    // What begins with a capital is a component or a class, and not called by the module.
    if (typeof value !== 'function' || !/^[a-z]/.test(name)) continue;
    copy[name] = function overhear(...args) {
      heard.push({ name, stack: new Error('overheard').stack });
      return value.apply(this, args);
    };
  }
  return copy;
}

/** The names by which a source may call a member. */
function namesOf(member, source) {
  const aliases = [...source.matchAll(new RegExp(`\\b${member}\\s+as\\s+([\\w$]+)`, 'g'))];
  return [member, ...aliases.map((found) => found[1])];
}

function isCallOf(member, text, source) {
  if (member === 'createElement' || member === 'Fragment') {
    if (text.startsWith('<')) return true;
  }
  const call = /^(?:[\w$]+\s*\.\s*)*([\w$]+)/.exec(text);
  const names = namesOf(member, source);
  return call !== null && (names.includes(call[1]) || names.some((name) => text.startsWith(name)));
}

async function check(workshop, { name, source, code, map }) {
  const lines = linesOf(source);
  const heard = [];
  const wrong = [];
  const before = { React: globalThis.React, Remotion: globalThis.Remotion };
  globalThis.React = overheard(before.React, heard);
  globalThis.Remotion = overheard(before.Remotion, heard);
  let thrown;
  let file;
  try {
    const loaded = await workshop.importNamed(code);
    file = loaded.file;
    if (loaded.error) thrown = loaded.error;
    else thrown = renderAt(loaded.namespace.default, FRAME).thrown?.();
  } finally {
    Object.assign(globalThis, before);
  }
  const marked = lines.findIndex((line) => MARKER.test(line));
  if (marked >= 0) {
    const [, text, word] = MARKER.exec(lines[marked]);
    const column = text.lastIndexOf(word) + 1;
    const frame = thrown?.stack && frameIn(thrown.stack, file);
    const found = frame ? follow(map, lines, frame) : { place: 'no frame of the module' };
    const expected = `${marked + 1}:${column}`;
    if (found.place !== expected) wrong.push(`the error of ${expected} led to ${found.place}: ${thrown?.stack}`);
  } else if (thrown) {
    wrong.push(`it threw: ${thrown.stack}`);
  }
  let calls = 0;
  for (const { name: member, stack } of heard) {
    const frame = frameIn(stack, file);
    // Called by React or Remotion themselves.
    if (!frame || !/overhear/.test(stack.split('\n')[1]) || !stack.split('\n')[2]?.includes(file)) continue;
    calls += 1;
    const { place, text } = follow(map, lines, frame);
    if (!isCallOf(member, text, source)) wrong.push(`a call of ${member} led to ${place}: ${text.slice(0, 60)}`);
  }
  return { name, calls, wrong: [...new Set(wrong)].slice(0, TOLD) };
}

async function textsOf({ name, source_path: sourcePath, module_path: modulePath, map_path: mapPath }) {
  const [source, code] = await Promise.all([sourcePath, modulePath].map((path) => readFile(path, 'utf8')));
  const inline = INLINE.exec(code);
  const map = mapPath ? await readFile(mapPath, 'utf8') : inline && Buffer.from(inline[1], 'base64').toString('utf8');
  if (!map) throw new SetupError(`The module of ${name} has no map.`);
  return { name, source: source.replace(/^\uFEFF/, ''), code, map: new TraceMap(map) };
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { cases } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const print = (text) => new Promise((done) => process.stdout.write(`${text}\n`, done));
for (const level of ['log', 'info', 'debug', 'warn']) console[level] = console.error;

const workshop = await Workshop.open();
try {
  const report = [];
  for (const one of cases) {
    const texts = await textsOf(one);
    report.push(await withPageGlobals(() => check(workshop, texts)));
  }
  await print(JSON.stringify({ cases: report }));
} finally {
  await workshop.close();
}
process.exit(0);
