import type { Revocation } from '../../policy/revocation.ts';
import { crc32 } from 'node:zlib';
import type { Policy } from '../../policy/policy.ts';
import { finishing } from '../../policy/whitelist.ts';
import { CLOSED, isScope, readSettings } from '../../changes/record.ts';
import type { Slicer } from '../slicer.ts';
import type { Position } from '../../changes/change.ts';
import type { ScopeImage } from '../store.ts';

// A policy as one block of bytes: a line of JSON that says what is there, then the columns of every scope's
// whitelist as they are in memory (little-endian), then a CRC-32 of all before.

const PIECE = 1_048_576;

interface Packed {
  readonly position: Position;
  readonly revocations: readonly Revocation[] | 'unknown';
  /** Scope, settings, ranges, words. */
  readonly scopes: readonly (readonly [string, unknown, number, number])[];
}

export interface Unpacked {
  readonly position: Position;
  readonly revocations: readonly Revocation[] | 'unknown';
  readonly scopes: Iterable<ScopeImage>;
}

async function checksum(bytes: Uint8Array, slicer: Slicer): Promise<number> {
  let sum = 0;
  for (let from = 0; from < bytes.length; from += PIECE) {
    sum = crc32(bytes.subarray(from, from + PIECE), sum);
    await slicer.pause();
  }
  return sum;
}

/** Packs a policy in slices. */
export async function pack(policy: Policy, position: Position, slicer: Slicer): Promise<Buffer> {
  await slicer.rest();
  const scopes = [...policy.scopes].map(([scope, { whitelist, ...settings }]) => {
    return [scope, settings, whitelist.size, whitelist.columns.length] as const;
  });
  const { revision, changeId } = position;
  const { revocations: known } = policy;
  const revocations = known === 'unknown' ? known : [...known.all.values()];
  const json = Buffer.from(
    JSON.stringify({ position: { revision, changeId }, revocations, scopes } satisfies Packed),
  );
  const start = 8 + Math.ceil(json.length / 4) * 4;
  const words = scopes.reduce((sum, [, , , length]) => sum + length, 0);
  const bytes = Buffer.alloc(start + 4 * words + 4);
  bytes.write('TGP2', 'latin1');
  bytes.writeUInt32LE(json.length, 4);
  json.copy(bytes, 8);
  let at = start;
  await slicer.rest();
  for (const { whitelist } of policy.scopes.values()) {
    const { buffer, byteOffset, byteLength } = whitelist.columns;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
    await slicer.pause();
  }
  bytes.writeUInt32LE(await checksum(bytes.subarray(0, at), slicer), at);
  return bytes;
}

function header(bytes: Buffer): Packed | undefined {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'TGP2') return undefined;
  const value: unknown = JSON.parse(bytes.toString('utf8', 8, 8 + bytes.readUInt32LE(4)));
  return value as Packed; // its checksum says that a gateway wrote it
}

function* images(packed: Packed, bytes: Buffer, start: number): Generator<ScopeImage, void> {
  let at = start;
  for (const [scope, stored, size, words] of packed.scopes) {
    const settings = readSettings(stored) ?? CLOSED;
    const data = new Uint8Array(words * 4);
    data.set(bytes.subarray(at, at + words * 4));
    at += words * 4;
    if (!isScope(scope)) continue;
    yield { scope, settings, compile: () => finishing(size, new Uint32Array(data.buffer)) };
  }
}

/** What was packed; undefined where the bytes are not a whole pack. */
export async function unpack(bytes: Buffer, slicer: Slicer): Promise<Unpacked | undefined> {
  const end = bytes.length - 4;
  if (end < 8 || (await checksum(bytes.subarray(0, end), slicer)) !== bytes.readUInt32LE(end))
    return undefined;
  await slicer.rest();
  const packed = header(bytes);
  if (packed === undefined) return undefined;
  const start = 8 + Math.ceil(bytes.readUInt32LE(4) / 4) * 4;
  const { position, revocations } = packed;
  return { position, revocations, scopes: images(packed, bytes, start) };
}
