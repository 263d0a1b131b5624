// Opens a metafile with esbuild's own analyser and prints what it says.
//
//   node metafile.mjs < metafile.json

import { load } from './page.mjs';

const esbuild = (await load('esbuild')).default;
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log(await esbuild.analyzeMetafile(Buffer.concat(chunks).toString('utf8'), { verbose: true }));
process.exit(0);
