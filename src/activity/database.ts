import Database from 'libsql';
import { eventColumns } from './event.ts';

/** What a statement takes and gives. */
export type SqlValue = string | number | null;

/** One statement, prepared; as better-sqlite3 has it, with the types that are used here. */
export interface Statement {
  run(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): readonly unknown[];
  get(...values: SqlValue[]): unknown;
}

/** The index of the record: an SQLite file that can be thrown away where a stream holds the truth. */
export interface Index {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

const columns = eventColumns.map((name) => `"${name}"`).join(', ');

/** So much of a request id is indexed: what people read out to each other. */
export const ID_START = 8;

/**
 * Sums are kept by hour for all bots (`''`) and for each, and by day for addresses, people, bots and ranges.
 * Hours and days are whole numbers since the epoch, so that plots read small tables.
 */
const tables = `
create table if not exists events (
  id integer primary key, replica text not null, seq integer not null, ${columns}, ip integer, hash text not null);
create index if not exists events_time on events ("atMs", outcome, enforced);
create index if not exists events_bot on events (bot, "atMs");
create index if not exists events_subject on events (subject, "atMs") where subject is not null;
create index if not exists events_contact on events (contact, "atMs") where contact is not null;
create index if not exists events_conversation on events (conversation, "atMs") where conversation is not null;
create index if not exists events_ip on events (ip, "atMs") where ip is not null;
create index if not exists events_request on events (substr("requestId", 1, ${ID_START}));
create table if not exists hours (
  bot text not null, hour integer not null, outcome text not null, reason text not null, enforced integer not null,
  count integer not null, primary key (bot, hour, outcome, reason, enforced)) without rowid;
create table if not exists days (
  kind text not null, day integer not null, name text not null, count integer not null, refused integer not null,
  lastMs integer not null, primary key (kind, day, name)) without rowid;
create table if not exists marks (
  id integer primary key, kind text not null, fromMs integer not null, toMs integer not null, count integer not null,
  replica text not null);
create table if not exists chains (replica text primary key, seq integer not null, hash text not null) without rowid;
create table if not exists facts (name text primary key, value text not null) without rowid;
`;

/** Changes with the tables: an index of another version is made anew. */
const version = 1;

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** Opens the index, and makes its tables where there are none. Throws where the file is none or cannot be written. */
export function openIndex(file: string): Index {
  const database = new Database(file);
  const one = (sql: string): unknown => database.prepare(sql).get();
  database.exec('pragma auto_vacuum = incremental');
  database.exec('pragma journal_mode = wal');
  // A crash of the machine may cost the last moment; the file itself stays whole.
  database.exec('pragma synchronous = normal');
  database.exec('pragma cache_size = -65536');
  database.exec('pragma busy_timeout = 5000');
  const found = (one('pragma user_version') as { user_version: number }).user_version;
  if (found !== 0 && found !== version) {
    database.close();
    throw new Error(`its tables are of version ${found}, and this gateway reads version ${version}`);
  }
  database.exec(tables);
  database.exec(`pragma user_version = ${version}`);
  return {
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => database.prepare<SqlValue[]>(sql),
    close: () => void database.close(),
  };
}

/** Runs `work` in one transaction: all of it, or nothing. */
export function inTransaction<T>(index: Index, work: () => T): T {
  index.exec('begin immediate');
  try {
    const result = work();
    index.exec('commit');
    return result;
  } catch (error) {
    index.exec('rollback');
    throw error;
  }
}
