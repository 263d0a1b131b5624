// Builds and their modules in SQLite. A row is on the disk before its promise is kept.

import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'libsql';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS builds (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    took_ms REAL NOT NULL,
    status TEXT NOT NULL,
    digest TEXT
  );
  CREATE TABLE IF NOT EXISTS artifacts (digest TEXT PRIMARY KEY, module TEXT NOT NULL) WITHOUT ROWID;
`;

export class Store {
  #database;
  #findArtifact;
  #writer;
  /** The rows that are not durable yet, by their numbers. */
  #waiting = new Map();
  #number = 0;

  constructor(folder) {
    const file = path.join(folder, 'builds.db');
    this.#database = new Database(file);
    this.#database.exec(SCHEMA);
    this.#findArtifact = this.#database.prepare('SELECT module FROM artifacts WHERE digest = ?');
    // A thread of its own, so that nobody else waits while the disk does. Without a listener for
    // its errors, a writer that fails ends the server.
    this.#writer = new Worker(new URL('./writer.mjs', import.meta.url), { workerData: file });
    this.#writer.on('message', ({ numbers, error }) => this.#settle(numbers, error));
  }

  /** Records a build, with its module when it has one. Kept once it is durable. */
  record(row) {
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#writer.postMessage({ number, row });
    });
  }

  #settle(numbers, error) {
    for (const number of numbers) {
      const { resolve, reject } = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error) reject(new Error(error));
      else resolve();
    }
  }

  /** The module with this digest, if there is one. */
  artifact(digest) {
    return this.#findArtifact.get(digest)?.module;
  }

  /** Ends the writer first: the last connection tidies up. */
  async close() {
    this.#writer.postMessage({ end: true });
    await once(this.#writer, 'exit');
    this.#database.close();
  }
}
