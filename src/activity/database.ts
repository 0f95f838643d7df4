import { existsSync, renameSync } from 'node:fs';
import Database from 'libsql';

/** What a statement takes and gives. */
export type Value = string | number | null | Uint8Array;

/** One statement, prepared; as better-sqlite3 has it, with the types that are used here. */
export interface Statement {
  run(...values: Value[]): unknown;
  all(...values: Value[]): readonly unknown[];
  get(...values: Value[]): unknown;
}

/** The file of the record. */
export interface Index {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/**
 * Events come in as batches, each a row, and are kept as segments: some thousand events by columns, each column one
 * row of `parts` unless it is the same in all of them. Of a segment that was pruned its place in the chains is kept for as long as an older one is.
 * Runs and their visits are made of segments, and deleted before them.
 * Sums are kept by hour for all bots (`''`) and for each, and by day for bots and ranges, of what lies in segments.
 * Hours and days are whole numbers since the epoch, so that plots read small tables.
 */
const tables = `
create table if not exists batches (
  id integer primary key, replica text not null, firstSeq integer not null, before text not null, hash text not null,
  checks blob not null, lines text not null, marks text not null, gap integer not null);
create table if not exists segments (
  id integer primary key, fromMs integer not null, toMs integer not null, count integer not null,
  constants text not null, chains text not null, pruned integer not null);
create table if not exists parts (id integer primary key, data blob not null);
create table if not exists filters (id integer primary key, bits blob not null);
create table if not exists runs (
  id integer primary key, fromMs integer not null, toMs integer not null, firstSegment integer not null,
  lastSegment integer not null, segments integer not null, chunks text not null);
create table if not exists visits (id integer primary key, data blob not null);
create table if not exists hours (
  bot text not null, hour integer not null, outcome text not null, reason text not null, enforced integer not null,
  count integer not null, primary key (bot, hour, outcome, reason, enforced)) without rowid;
create table if not exists days (
  kind text not null, day integer not null, name text not null, count integer not null, refused integer not null,
  lastMs integer not null, primary key (kind, day, name)) without rowid;
create table if not exists marks (
  id integer primary key, kind text not null, fromMs integer not null, toMs integer not null, count integer not null,
  replica text not null, text text);
create table if not exists position (
  one integer primary key, id text not null, total integer not null, trims integer not null);
create table if not exists attested (replica text primary key, seq integer not null, hash text not null) without rowid;
create table if not exists chains (
  replica text primary key, seq integer not null, hash text not null, trims integer not null) without rowid;
`;

/** Changes with the tables. */
const version = 3;

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

export interface OpenOptions {
  /** Hears what a file of an older version is named now: it was put aside. */
  readonly aside?: (name: string) => void;
  /** Nobody else may open the file while it is open; the system gives it free when the process ends, however it does. */
  readonly alone?: boolean;
}

/**
 * Opens the record's file, and makes its tables where there are none. Throws where the file is none, cannot be written,
 * is of a newer version, or is somebody's who is alone with it.
 */
export function openIndex(file: string, { aside, alone = false }: OpenOptions = {}): Index {
  const database = connect(file, alone);
  const found = (database.prepare('pragma user_version').get() as { user_version: number }).user_version;
  if (found > version) {
    database.close();
    throw new Error(`its tables are of version ${found}, and this gateway reads version ${version}`);
  }
  if (found !== 0 && found < version) {
    database.close();
    aside?.(putAside(file, found));
    return openIndex(file, { alone });
  }
  database.exec(tables);
  database.exec(`pragma user_version = ${version}`);
  return {
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => database.prepare<Value[]>(sql),
    close: () => void database.close(),
  };
}

function connect(file: string, alone: boolean): Database.Database {
  const database = new Database(file);
  if (alone) database.exec('pragma busy_timeout = 0; pragma locking_mode = exclusive');
  database.exec('pragma auto_vacuum = incremental');
  database.exec('pragma journal_mode = wal');
  // A crash of the machine may cost the last moment; the file itself stays whole.
  database.exec('pragma synchronous = normal');
  database.exec('pragma cache_size = -16384');
  if (alone) database.exec('begin immediate; commit');
  else database.exec('pragma busy_timeout = 5000');
  return database;
}

/** Renames a file that is closed; SQLite names what belongs to it by its name. */
function putAside(file: string, found: number): string {
  const name = `${file}.version-${found}`;
  for (const ending of ['-wal', '-shm', ''])
    if (existsSync(`${file}${ending}`)) renameSync(`${file}${ending}`, `${name}${ending}`);
  return name;
}

/** Runs `work` in one transaction: all of it, or nothing. */
export function inTransaction<T>(index: Index, work: () => T): T {
  index.exec('begin immediate');
  try {
    const result = work();
    index.exec('commit');
    return result;
  } catch (error) {
    try {
      index.exec('rollback');
    } catch {
      // SQLite has ended it already, as it does when the disk is full.
    }
    throw error;
  }
}
