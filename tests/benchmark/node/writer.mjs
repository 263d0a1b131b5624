// The thread of `store.mjs` that writes. Rows that come while the disk is busy share the next
// transaction, and with it one fsync.

import { parentPort, workerData } from 'node:worker_threads';
import Database from 'libsql';

const database = new Database(workerData);
// For each commit an fsync of the log: a row that was acknowledged survives a loss of power.
database.exec('PRAGMA synchronous = FULL');
const insertBuild = database.prepare(
  'INSERT INTO builds (id, created_ms, took_ms, status, digest) VALUES (?, ?, ?, ?, ?)',
);
const insertArtifact = database.prepare('INSERT OR IGNORE INTO artifacts (digest, module) VALUES (?, ?)');

let batch = [];

function insert({ id, created, took, status, module }) {
  if (module) insertArtifact.run(module.digest, module.code);
  insertBuild.run(id, created, took, status, module?.digest ?? null);
}

function write(rows) {
  try {
    database.exec('BEGIN');
    rows.forEach(insert);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    return String(error);
  }
}

function commit() {
  const written = batch;
  batch = [];
  const error = write(written.map(({ row }) => row));
  parentPort.postMessage({ numbers: written.map(({ number }) => number), error });
}

parentPort.on('message', ({ number, row, end }) => {
  if (end) {
    database.close();
    parentPort.close();
    return;
  }
  batch.push({ number, row });
  if (batch.length === 1) setImmediate(commit);
});
