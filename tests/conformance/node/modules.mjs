// Builds a source with esbuild, and loads finished modules beside the installed React and Remotion.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { HERE, load, React, Remotion, SetupError } from './page.mjs';

const esbuild = (await load('esbuild')).default;

/** Under node_modules: ignored by git, and bare imports resolve to this folder's packages. */
const CACHE = path.join(HERE, 'node_modules', '.cache', 'conformance');

/** The yardstick: what esbuild makes of one self-contained source. */
export async function buildWithEsbuild(source, overrides = {}) {
  const result = await esbuild.transform(source, {
    loader: 'tsx',
    jsx: 'automatic',
    format: 'esm',
    target: 'es2020',
    minify: true,
    logLevel: 'silent',
    ...overrides,
  });
  return result.code;
}

/** Size as it is stored and as it travels, with gzip at its strongest level. */
export function sizesOf(code) {
  return { raw_bytes: Buffer.byteLength(code), gzip_bytes: gzipSync(code, { level: 9 }).length };
}

/** A folder of this process in which modules are written, loaded and thrown away. */
export class Workshop {
  #folder;
  #count = 0;

  constructor(folder) {
    this.#folder = folder;
  }

  /** Opens the folder and proves that modules in it get the same React and Remotion as the stage. */
  static async open() {
    await mkdir(CACHE, { recursive: true });
    const workshop = new Workshop(await mkdtemp(path.join(CACHE, 'run-')));
    try {
      const probe = await workshop.import('export { default as React } from "react"; export * as Remotion from "remotion";');
      if (probe.React !== React || probe.Remotion.useCurrentFrame !== Remotion.useCurrentFrame) {
        throw new SetupError('The modules under test would get a second React or Remotion.');
      }
    } catch (error) {
      await workshop.close();
      throw error;
    }
    return workshop;
  }

  /** Evaluates `code` as a fresh ES module and gives its namespace. */
  async import(code) {
    this.#count += 1;
    const file = path.join(this.#folder, `${this.#count}.mjs`);
    await writeFile(file, code);
    return import(pathToFileURL(file).href);
  }

  /** The same, with the file's name for whoever reads stacks; an error at load is a result. */
  async importNamed(code) {
    const file = path.join(this.#folder, `${this.#count + 1}.mjs`);
    try {
      return { file, namespace: await this.import(code) };
    } catch (error) {
      return { file, error };
    }
  }

  async close() {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
