// One build: esbuild's transform, and what is told about the module that it gives.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { transform } from 'esbuild';

/** What Vasca's defaults say too: minified, for browsers since 2020, imports left as they are. */
const OPTIONS = {
  loader: 'tsx',
  jsx: 'automatic',
  format: 'esm',
  target: 'es2020',
  minify: true,
  logLevel: 'silent',
};

/** `{ module }` with its digest and sizes, or `{ diagnostics }` when the source is at fault. */
export async function build(source) {
  let code;
  try {
    ({ code } = await transform(source, OPTIONS));
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    return { diagnostics: error.errors.map(diagnosticOf) };
  }
  return { module: describe(code) };
}

/** One hash serves for both: the name of the artifact and its integrity for a page. */
function describe(code) {
  const hash = createHash('sha384').update(code).digest();
  return {
    code,
    digest: hash.toString('hex'),
    integrity: `sha384-${hash.toString('base64')}`,
    raw: Buffer.byteLength(code),
    // Handing two kilobytes to another thread would cost more than it saves.
    gzip: gzipSync(code, { level: 9 }).length,
  };
}

function diagnosticOf({ text, location }) {
  return { code: 'syntax_error', message: text, line: location?.line ?? 0, column: (location?.column ?? 0) + 1 };
}
