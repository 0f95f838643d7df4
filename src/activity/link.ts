import { hash } from 'node:crypto';
import type { Batch, Mark } from './event.ts';

/** Where a gateway's chain stands: the number of its last event, and its last link. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** A batch with its links. It is the same on every gateway. */
export interface LinkedBatch {
  readonly replica: string;
  readonly firstSeq: number;
  /** Linked before the events. */
  readonly marks: readonly Mark[];
  /** The chain's last link before it, and its own last one. */
  readonly before: string;
  readonly hash: string;
  readonly checks: Uint32Array;
  readonly lines: readonly string[];
}

/** Where a chain begins. */
export const START: Head = { seq: 0, hash: '' };

/** Of a larger batch more than one is made, so that segments are of a size. */
const mostLines = 4_096;

/** An event's link in the chain, in hex: SHA-256 of the one before it, where it stands, and its line. */
export function linkHash(before: string, replica: string, seq: number, line: string): string {
  return hash('sha256', `${before}\n${replica}\n${seq}\n${line}`, 'hex');
}

/** The link of marks; where there are none, there is none. */
export function marksHash(before: string, replica: string, marks: readonly Mark[]): string {
  if (marks.length === 0) return before;
  return hash('sha256', `${before}\n${replica}\n${JSON.stringify(marks)}`, 'hex');
}

/** So much of each link is kept: it is needed to name the first event that was changed, and the last link holds all. */
export function checkOf(link: string): number {
  return Number.parseInt(link.slice(0, 8), 16);
}

/** Where the chain stands after a batch. */
export function headAfter({ firstSeq, lines, hash }: LinkedBatch): Head {
  return { seq: firstSeq + lines.length - 1, hash };
}

/** A batch as links that follow `head`. One without events still has its marks. */
export function linkBatch({ replica, firstSeq, marks = [], lines }: Batch, head: Head): LinkedBatch[] {
  const linked: LinkedBatch[] = [];
  let before = head.hash;
  for (let start = 0; start === 0 || start < lines.length; start += mostLines) {
    const own = start === 0 ? marks : [];
    const taken = lines.slice(start, start + mostLines);
    let link = marksHash(before, replica, own);
    const checks = Uint32Array.from(taken, (line, at) => {
      link = linkHash(link, replica, firstSeq + start + at, line);
      return checkOf(link);
    });
    linked.push({
      replica,
      firstSeq: firstSeq + start,
      marks: own,
      before,
      hash: link,
      checks,
      lines: taken,
    });
    before = link;
  }
  return linked;
}
