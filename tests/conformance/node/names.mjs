// Prints the named exports of the modules that the profile `remotion` maps to globals.
//
//   node names.mjs            { "<module>": ["<name>", …], … }, modules and names sorted
//
// The builder's profile carries these lists (it expands `export *` from them); a test compares the
// two. React's packages are CommonJS: their real members are listed, since Node's guess of a
// CommonJS module's names also holds development-only ones. With NODE_ENV=development the lists are
// those of React's development files.

import { load } from './page.mjs';

const MODULES = [
  'react',
  'react-dom',
  'react-dom/client',
  'react/jsx-dev-runtime',
  'react/jsx-runtime',
  'remotion',
  'remotion/no-react',
  'remotion/version',
];

/** CommonJS modules are recognised by the marker that Node gives their namespaces. */
function namesOf(namespace) {
  const isCommonJs = 'module.exports' in namespace || isPlainObject(namespace.default);
  const members = isCommonJs ? namespace.default : namespace;
  return Object.keys(members)
    .filter((name) => name !== 'default' && name !== 'module.exports' && name !== '__esModule')
    .sort();
}

function isPlainObject(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

const lists = {};
for (const specifier of MODULES) lists[specifier] = namesOf(await load(specifier));
console.log(JSON.stringify(lists, null, 2));
process.exitCode = 0;
