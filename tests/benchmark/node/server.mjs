// A build service of the same kind as Vasca's, as one would write it in Node: fastify before
// esbuild, SQLite behind it, Prometheus beside it.
//
//   node server.mjs --listen 127.0.0.1:0 --data-dir <folder> --slots <number>
//
// prints `listening on http://<address>` when it is ready, and ends on SIGTERM.

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { stop as stopEsbuild } from 'esbuild';
import Fastify from 'fastify';
import pLimit from 'p-limit';
import { Counter, Histogram, register } from 'prom-client';
import { build } from './build.mjs';
import { Store } from './store.mjs';

/** A longer source is refused unread. */
const BODY_MAX_BYTES = 1024 * 1024;
/** More waiting builds than this would wait longer than a client does. */
const QUEUE_MAX = 1024;

const { values: options } = parseArgs({
  options: {
    listen: { type: 'string', default: '127.0.0.1:0' },
    'data-dir': { type: 'string' },
    slots: { type: 'string', default: '2' },
  },
});
const slots = Number(options.slots);
if (!options['data-dir'] || !Number.isInteger(slots) || slots < 1) {
  console.error('usage: node server.mjs --listen <address:port> --data-dir <folder> --slots <number>');
  process.exit(2);
}

// esbuild's process inherits it with the first build. It collects garbage less often, for some ten
// megabytes more, and builds a tenth more in a second.
process.env.GOGC = '400';

const store = new Store(options['data-dir']);
const limit = pLimit(slots);
const durations = new Histogram({
  name: 'build_duration_seconds',
  help: 'From the request to the durable record.',
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const outcomes = new Counter({ name: 'builds_total', help: 'Ended builds.', labelNames: ['outcome'] });

const text = { type: 'string' };
const number = { type: 'number' };
const object = (properties) => ({ type: 'object', properties });
/** With schemas fastify compiles the check of what comes and the writing of what goes. */
const BUILD_SCHEMA = {
  body: { ...object({ source: text }), required: ['source'] },
  response: {
    200: object({
      id: text,
      status: text,
      outcome: text,
      artifact: object({
        digest: text,
        url: text,
        integrity: text,
        bytes: object({ raw: number, gzip: number }),
      }),
      diagnostics: {
        type: 'array',
        items: object({ code: text, message: text, line: number, column: number }),
      },
      timings: object({ queue_ms: number, build_ms: number, total_ms: number }),
    }),
  },
};

const app = Fastify({ logger: false, bodyLimit: BODY_MAX_BYTES, forceCloseConnections: 'idle' });

app.post('/v1/builds', { schema: BUILD_SCHEMA }, async (request, reply) => {
  if (limit.pendingCount >= QUEUE_MAX) {
    return reply.code(503).header('retry-after', '1').send({ error: 'queue_full' });
  }
  const created = Date.now();
  const submitted = performance.now();
  let started = submitted;
  const { module, diagnostics } = await limit(() => {
    started = performance.now();
    return build(request.body.source);
  });
  const built = performance.now();
  const id = randomUUID();
  const [status, outcome] = module ? ['succeeded', 'success'] : ['failed', 'user_error'];
  await store.record({ id, created, took: built - submitted, status, module });
  const total = performance.now() - submitted;
  durations.observe(total / 1000);
  outcomes.inc({ outcome });
  const artifact = module && {
    digest: module.digest,
    url: `/v1/artifacts/${module.digest}.js`,
    integrity: module.integrity,
    bytes: { raw: module.raw, gzip: module.gzip },
  };
  const timings = { queue_ms: started - submitted, build_ms: built - started, total_ms: total };
  return { id, status, outcome, artifact, diagnostics, timings };
});

app.get('/v1/artifacts/:name', async (request, reply) => {
  const [, digest] = /^([0-9a-f]{96})\.js$/.exec(request.params.name) ?? [];
  const module = digest && store.artifact(digest);
  if (!module) return reply.code(404).send({ error: 'unknown_artifact' });
  return reply
    .type('text/javascript; charset=utf-8')
    .header('cache-control', 'public, max-age=31536000, immutable')
    .send(module);
});

app.get('/metrics', async (_request, reply) => reply.type(register.contentType).send(await register.metrics()));

process.once('SIGTERM', async () => {
  await app.close();
  await stopEsbuild();
  await store.close();
});

const colon = options.listen.lastIndexOf(':');
const host = options.listen.slice(0, colon);
const address = await app.listen({ host, port: Number(options.listen.slice(colon + 1)) });
console.log(`listening on ${address}`);
