import type { Canaries } from './canaries.ts';
import { createDecoder, type Decoder, type NotSearched } from './decoder.ts';
import { Finder, type Found } from './finder.ts';

/** Where an answer goes that is looked at on its way. */
export interface WatchedWay {
  /** Passes it on; false where the visitor has to take it first: `took` of the watch follows. */
  pass(chunk: Buffer): boolean;
  /** The platform may send more. */
  resume(): void;
  /** Called where something of an answer may go out that `endTurn` said is held. */
  begin(): void;
  readonly found: Found;
  notSearched(why: NotSearched): void;
}

/** Not more than this waits for its decoding before the platform has to wait. */
const mostWaitingBytes = 256 * 1024;
/**
 * A decoded answer is looked at up to here: a few bytes can stand for gigabytes. Beyond the first part, no text is so
 * many times as long as what it came in, and what is made to be costs a second for half a megabyte.
 */
const mostDecodedBytes = 256 * 1024 * 1024;
const freelyDecodedBytes = 16 * 1024 * 1024;
const mostRatio = 100;
/** What may be the beginning of a canary is held back for so long, and no more of it than this. */
const heldMs = 1_000;
const mostHeldBytes = 4_096;

interface Held {
  readonly chunk: Buffer;
  /** How much had been decoded once all of it was looked at; undefined: not yet. */
  decodedBytes: number | undefined;
}

/** Looks for canaries in one answer of an unguarded URL, whose bytes are passed on as they came. */
export class AnswerWatch {
  readonly #way: WatchedWay;
  readonly #finder: Finder;
  readonly #holds: boolean;
  readonly #decoder: Decoder | undefined;
  #codedBytes = 0;
  #decodedBytes = 0;
  /** With the decoder. */
  #waitingBytes = 0;
  #waitsForDecoder = false;
  #waitsForVisitor = false;
  /** Not passed on yet, in order. */
  #held: Held[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #isOver = false;

  /** `coding`: its Content-Encoding, where it has one. */
  constructor(canaries: Canaries, coding: string | undefined, way: WatchedWay) {
    this.#way = way;
    this.#holds = canaries.holdsBack;
    this.#finder = new Finder(canaries, way.found);
    if (coding === undefined) return;
    const [text, failed] = [this.#decoded.bind(this), this.#giveUp.bind(this)];
    this.#decoder = createDecoder(coding, { text, failed });
  }

  /** Told that the platform's first turn is over; `held`: what came waits, and `begin` follows when it is passed on. */
  endTurn(): 'held' | 'passed' {
    this.#isHeld = this.#held.length > 0;
    return this.#isHeld ? 'held' : 'passed';
  }

  /** False where the platform has to wait. */
  data(chunk: Buffer): boolean {
    if (this.#isOver) return this.#pass(chunk);
    if (this.#holds) this.#held.push({ chunk, decodedBytes: undefined });
    if (this.#decoder === undefined) this.#finder.look(chunk);
    else this.#decode(this.#decoder, chunk);
    if (this.#finder.isCut) return true;
    const goesOn = this.#holds ? this.#release() : this.#pass(chunk);
    return goesOn && !this.#waitsForDecoder;
  }

  /** All has come; `done` once it may be passed on to its end. */
  end(done: () => void): void {
    const finish = (): void => {
      if (this.#finder.isCut) return;
      this.close();
      this.#passHeld(this.#held.length);
      done();
    };
    if (!this.#holds) done();
    if (this.#decoder === undefined) return this.#holds ? finish() : this.close();
    this.#decoder.end(this.#holds ? finish : () => this.close());
  }

  /** The visitor has taken what was passed on. */
  readonly took = (): void => {
    this.#waitsForVisitor = false;
    if (!this.#waitsForDecoder) this.#way.resume();
  };

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#decoder?.close();
  }

  #pass(chunk: Buffer): boolean {
    if (!this.#way.pass(chunk)) this.#waitsForVisitor = true;
    return !this.#waitsForVisitor;
  }

  #decode(decoder: Decoder, chunk: Buffer): void {
    const held = this.#held.at(-1);
    this.#codedBytes += chunk.length;
    this.#waitingBytes += chunk.length;
    this.#waitsForDecoder = this.#waitingBytes > mostWaitingBytes;
    decoder.write(chunk, () => {
      this.#waitingBytes -= chunk.length;
      if (held !== undefined) held.decodedBytes = this.#decodedBytes;
      if (this.#finder.isCut) return;
      if (this.#holds && !this.#isOver) this.#release();
      if (!this.#waitsForDecoder || this.#waitingBytes > mostWaitingBytes / 2) return;
      this.#waitsForDecoder = false;
      if (!this.#waitsForVisitor) this.#way.resume();
    });
  }

  #decoded(bytes: Uint8Array): void {
    this.#decodedBytes += bytes.length;
    const most = Math.max(freelyDecodedBytes, this.#codedBytes * mostRatio);
    if (this.#decodedBytes > Math.min(most, mostDecodedBytes)) this.#giveUp('long');
    else this.#finder.look(bytes);
  }

  /** What cannot be looked at goes on as it is. */
  #giveUp(why: NotSearched): void {
    if (this.#isOver) return;
    this.#way.notSearched(why);
    this.close();
    this.#passHeld(this.#held.length);
  }

  /** Passes on what was looked at, up to what may be the beginning of a canary. */
  #release(): boolean {
    clearTimeout(this.#timer);
    const open = Math.min(this.#finder.open, mostHeldBytes);
    if (this.#decoder === undefined) {
      if (open > 0) this.#timer = setTimeout(() => this.#passHeld(this.#held.length), heldMs).unref();
      return open === 0 ? this.#passHeld(this.#held.length) : this.#passBut(open);
    }
    if (open > 0)
      this.#timer = setTimeout(() => this.#passHeld(this.#countTo(this.#decodedBytes)), heldMs).unref();
    return this.#passHeld(this.#countTo(this.#decodedBytes - open));
  }

  /** How many of what is held were looked at before so much was decoded. */
  #countTo(decodedBytes: number): number {
    const at = this.#held.findIndex((one) => (one.decodedBytes ?? Infinity) > decodedBytes);
    return at < 0 ? this.#held.length : at;
  }

  #passHeld(count: number): boolean {
    if (count === 0) return !this.#waitsForVisitor;
    const passed = this.#held.splice(0, count);
    if (this.#isHeld) this.#way.begin();
    for (const { chunk } of passed) this.#pass(chunk);
    return !this.#waitsForVisitor;
  }

  /** All but the last bytes. */
  #passBut(open: number): boolean {
    const all = Buffer.concat(this.#held.map(({ chunk }) => chunk));
    const [passed, kept] = [all.subarray(0, -open), all.subarray(-open)];
    this.#held = [{ chunk: kept, decodedBytes: undefined }];
    if (passed.length === 0) return !this.#waitsForVisitor;
    if (this.#isHeld) this.#way.begin();
    return this.#pass(passed);
  }
}
