import { inflateRawSync } from 'node:zlib';
import type { Column } from './column.ts';
import { BYTES, headLength, PLAIN, UUIDS, WORDS } from './column-pack.ts';
import type { Cell } from './event.ts';

/** Reads a packed column. Throws where the bytes are none. */
export function unpackColumn(data: Uint8Array): Column {
  return data[0] === UUIDS
    ? uuidsOf(Buffer.from(data.subarray(1)))
    : readSections(inflateRawSync(data.subarray(1)));
}

function uuidsOf(data: Buffer): Column {
  const cell = (row: number): Cell => {
    const hex = data.toString('hex', row * 16, row * 16 + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
  return {
    cell,
    place: (row) => row,
    value: cell,
    size: data.length / 16,
    equals: (wanted) => (place) => cell(place) === wanted,
    bytes: data.length,
  };
}

function readSections(found: Uint8Array): Column {
  // Numbers of several bytes are read in place, and small buffers share theirs with others.
  const { buffer, byteOffset, byteLength } = found.byteOffset % 4 === 0 ? found : new Uint8Array(found);
  const head = new Uint32Array(buffer, byteOffset, headLength);
  const [kind = 0, scale = 1, wholes = 0, texts = 0, rows = 0, textBytes = 0] = head;
  const whole = new Uint32Array(buffer, byteOffset + headLength * 4, wholes);
  const lengths = new Uint16Array(buffer, whole.byteOffset + whole.byteLength, texts);
  const placesAt = lengths.byteOffset + lengths.byteLength;
  const places =
    kind === WORDS
      ? new Uint16Array(buffer, placesAt, rows)
      : new Uint8Array(buffer, placesAt, kind === BYTES ? rows : 0);
  const textAt = placesAt + places.byteLength;
  const text = Buffer.from(buffer, textAt, textBytes);
  const rest = Buffer.from(buffer, textAt + textBytes, byteOffset + byteLength - textAt - textBytes);
  const others = rest.length === 0 ? [] : (JSON.parse(rest.toString()) as readonly Cell[]);
  const values = valuesOf(whole, scale, textsOf(lengths, text), others);
  const place = kind === PLAIN ? (row: number) => row : (row: number) => places[row] ?? 0;
  return {
    ...values,
    place,
    cell: (row) => values.value(place(row)),
    bytes: byteLength + lengths.length * 4 + rest.length * 2,
  };
}

interface Texts {
  readonly size: number;
  at(place: number): string;
  equals(wanted: string): (place: number) => boolean;
}

/** Texts that are read one by one: most are never asked for. */
function textsOf(lengths: Uint16Array, text: Buffer): Texts {
  const ends = new Uint32Array(lengths.length);
  let end = 0;
  for (let place = 0; place < lengths.length; place++) ends[place] = end += lengths[place] ?? 0;
  const start = (place: number): number => (ends[place] ?? 0) - (lengths[place] ?? 0);
  return {
    size: lengths.length,
    at: (place) => text.toString('utf8', start(place), ends[place]),
    equals(wanted) {
      const bytes = Buffer.from(wanted);
      return (place) =>
        lengths[place] === bytes.length &&
        text.compare(bytes, 0, bytes.length, start(place), ends[place]) === 0;
    },
  };
}

function valuesOf(
  whole: Uint32Array,
  scale: number,
  texts: Texts,
  others: readonly Cell[],
): Pick<Column, 'value' | 'size' | 'equals'> {
  const firstOther = whole.length + texts.size;
  return {
    size: firstOther + others.length,
    value(place) {
      if (place < whole.length) return (whole[place] ?? 0) / scale;
      return place < firstOther ? texts.at(place - whole.length) : (others[place - firstOther] ?? null);
    },
    equals(wanted) {
      if (typeof wanted === 'string') {
        const isText = texts.equals(wanted);
        return (place) =>
          place < firstOther
            ? place >= whole.length && isText(place - whole.length)
            : others[place - firstOther] === wanted;
      }
      return (place) =>
        place < whole.length
          ? (whole[place] ?? 0) / scale === wanted
          : place >= firstOther && (others[place - firstOther] ?? null) === wanted;
    },
  };
}
