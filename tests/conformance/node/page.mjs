// The page that a component would meet: one React, one Remotion, and the globals that carry them.
//
// Everything here comes from this folder's own node_modules. NODE_ENV is settled before the first
// import, because React picks its production or development files at that moment.

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

process.env.NODE_ENV ??= 'production';

export const HERE = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** What every message about a broken set-up ends with. */
const REMEDY = 'run `npm ci` in tests/conformance/node';

/** A fault of the harness or its input, never of a component: the process ends with 2. */
export class SetupError extends Error {}

// Two kinds of error arrive here: a set-up that does not even load, which must not pass for a run,
// and what components throw from timers and promises, which must not end one.
process.exitCode = 2;
process.on('uncaughtException', (error) => {
  console.error(error instanceof SetupError ? error.message : error);
});

/** Loads one installed package the way an ES module sees it. */
export async function load(specifier) {
  try {
    return await import(specifier);
  } catch (error) {
    throw new SetupError(`The package ${specifier} does not load (${error.message}): ${REMEDY}.`);
  }
}

/** The version of an installed package, for the head of the report. */
export function versionOf(name) {
  return require(`${name}/package.json`).version;
}

// React's packages are CommonJS: their default export is the real object.
export const React = (await load('react')).default;
export const ReactDOM = (await load('react-dom')).default;
export const ReactDOMClient = (await load('react-dom/client')).default;
export const ReactJSXRuntime = (await load('react/jsx-runtime')).default;
export const ReactDOMServer = (await load('react-dom/server')).default;
export const Remotion = await load('remotion');

/** The page's globals by name; which module each one stands for is in PAGE_MODULES. */
const PAGE_GLOBALS = {
  React,
  ReactDOM,
  ReactDOMClient,
  ReactJSXRuntime,
  Remotion,
  RemotionNoReact: await load('remotion/no-react'),
  RemotionVersion: await load('remotion/version'),
};

/** Module specifier to the name of the global that the host page sets for it. */
export const PAGE_MODULES = {
  react: 'React',
  'react-dom': 'ReactDOM',
  'react-dom/client': 'ReactDOMClient',
  'react/jsx-runtime': 'ReactJSXRuntime',
  'react/jsx-dev-runtime': 'ReactJSXRuntime',
  remotion: 'Remotion',
  'remotion/no-react': 'RemotionNoReact',
  'remotion/version': 'RemotionVersion',
};

/** What the page's global for a module is; throws where it has none. */
export function globalOf(specifier) {
  const name = PAGE_MODULES[specifier];
  if (name === undefined) throw new Error(`The page has no global for "${specifier}".`);
  return PAGE_GLOBALS[name];
}

/**
 * Runs `task` with the page's globals set and takes them away again, so that a module which should
 * use real imports cannot pass by reading a global.
 */
export async function withPageGlobals(task) {
  Object.assign(globalThis, PAGE_GLOBALS);
  try {
    return await task();
  } finally {
    for (const name of Object.keys(PAGE_GLOBALS)) delete globalThis[name];
  }
}
