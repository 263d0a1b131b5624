// Loads one module in the page's globals less some, and prints what became of it.
//
//   node load.mjs <module> [<global to leave out> …]
//
// prints { "loaded": true } or { "loaded": false, "error": "<name>: <message>" }

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError, withPageGlobals } from './page.mjs';

const [module, ...missing] = process.argv.slice(2);
if (!module) throw new SetupError('The path of a module is missing.');

const report = await withPageGlobals(async () => {
  for (const name of missing) {
    if (!(name in globalThis)) throw new SetupError(`The page has no global ${name}.`);
    delete globalThis[name];
  }
  try {
    await import(pathToFileURL(path.resolve(module)).href);
    return { loaded: true };
  } catch (error) {
    return { loaded: false, error: String(error) };
  }
});
console.log(JSON.stringify(report));
process.exitCode = 0;
