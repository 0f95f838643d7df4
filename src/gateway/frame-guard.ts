import { Transform, type TransformCallback } from 'node:stream';
import { letsThrough, type Lease } from '../access/leases.ts';
import type { Answer } from '../access/question.ts';
import { problems } from '../errors.ts';
import { routeOf } from '../policy/resource.ts';
import { UNREADABLE, type Call, type ReadCalls } from '../reading/frames/calls.ts';
import { createCallReader } from '../reading/frames/protocols.ts';
import { ServerFrames } from '../reading/frames/server-frames.ts';
import { ClientFrames, type Said } from '../reading/frames/wire.ts';
import type { GuardedRequest, ExchangeShare } from './guarded-request.ts';

/** What stands between the ends of a tunnel whose messages are judged. */
export interface FrameGuard {
  /** The client's bytes go through it: a message as it came, once all that it asks for is granted. */
  readonly through: Transform;
  /** Told what goes to the client. */
  follow(chunk: Uint8Array): void;
  /** The frame that tells the client why it ends; undefined where it would stand inside another one. */
  farewell(why: string): Uint8Array | undefined;
  /** True once something guarded was granted: what the platform says may be that. */
  readonly hasGranted: boolean;
  /** Gives back what it holds. */
  close(): void;
}

/** True for a plain answer that shows something where only what is said in a WebSocket can be judged. */
export function showsUnread({ decision, resource, enforced }: Answer, status: number): boolean {
  const isRead = routeOf(resource)?.frames !== undefined && decision.reason !== 'preflight';
  return isRead && enforced && status >= 200 && status < 300;
}

/** More than this at one time is nobody who reads. */
const mostGrants = 1_000;
/** Of a close frame, behind the status (RFC 6455 section 5.5). */
const mostReasonBytes = 123;

/** Judges what a client asks for within a socket, each as a request; `end` is called for the first that is refused. */
export function createFrameGuard(
  protocol: string,
  asked: GuardedRequest,
  share: ExchangeShare,
  end: (why: string) => void,
): FrameGuard {
  const grants = new Grants(asked, share, end);
  const frames = new ServerFrames();
  return {
    through: new JudgedMessages(protocol, share.messageBytes, grants),
    follow: (chunk) => void frames.read(chunk),
    farewell: (why) => (frames.isBetween ? closeFrame(why) : undefined),
    get hasGranted() {
      return grants.hasGuarded;
    },
    close: () => grants.close(),
  };
}

/** Passes what is granted; nothing once something was not. */
class JudgedMessages extends Transform {
  readonly #frames: ClientFrames;
  readonly #calls: ReadCalls;
  readonly #grants: Grants;
  /** `raw`: mode `report` passes on what cannot be read, and all after it. */
  #state: 'reading' | 'raw' | 'over' = 'reading';

  constructor(protocol: string, maxBytes: number, grants: Grants) {
    super();
    this.#frames = new ClientFrames(maxBytes);
    this.#calls = createCallReader(protocol);
    this.#grants = grants;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    if (this.#state === 'raw') this.push(chunk);
    if (this.#state !== 'reading') return done();
    this.#read(chunk).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error('it could not be judged')),
    );
  }

  async #read(chunk: Buffer): Promise<void> {
    for (const said of this.#frames.read(chunk))
      for (const bytes of await this.#passed(said)) this.push(bytes);
  }

  /** What of one thing said goes on to the platform. */
  async #passed(said: Said): Promise<readonly Uint8Array[]> {
    if (said.kind === 'control') {
      if (said.isClose) this.#state = 'over';
      return [said.bytes];
    }
    if (!(await this.#isGranted(said))) {
      this.#state = 'over';
      return [];
    }
    if (said.kind === 'fault') this.#state = 'raw';
    return said.bytes;
  }

  async #isGranted(said: Exclude<Said, { kind: 'control' }>): Promise<boolean> {
    if (said.kind === 'fault')
      return this.#grants.has(UNREADABLE, said.close === 1009 ? 'message-too-long' : 'frame-invalid');
    const calls = this.#calls(said.isText, said.payload);
    if (calls === UNREADABLE) return this.#grants.has(UNREADABLE);
    for (const call of calls) if (!(await this.#grants.has(call))) return false;
    return true;
  }
}

/** What was granted within one socket, each with its lease: the first that ends, ends the socket. */
class Grants {
  readonly #asked: GuardedRequest;
  readonly #share: ExchangeShare;
  readonly #end: (why: string) => void;
  readonly #held = new Map<string, Lease>();
  #isClosed = false;
  hasGuarded = false;

  constructor(asked: GuardedRequest, share: ExchangeShare, end: (why: string) => void) {
    this.#asked = asked;
    this.#share = share;
    this.#end = end;
  }

  /** True where it is granted; else the socket has been ended, as `why` where that says more than the decision. */
  async has(call: Call | typeof UNREADABLE, why?: string): Promise<boolean> {
    const startMs = performance.now();
    const question = { ...this.#asked.question, call };
    const answer = await this.#share.authorize(question);
    if (this.#isClosed) return false;
    const key = JSON.stringify(answer.resource);
    if (this.#held.has(key) && letsThrough(answer)) return true;
    this.#share.onCall(this.#asked.requestId, answer, performance.now() - startMs);
    const lease = this.#share.leases.open(question, answer, (now, ended) => this.#end(endingOf(now, ended)));
    if (lease === undefined) return this.#refuse(why ?? reasonOf(answer));
    this.hasGuarded ||= answer.resource.kind !== 'other';
    this.#held.set(key, lease);
    return this.#held.size <= mostGrants || this.#refuse('too-many-subscriptions');
  }

  close(): void {
    this.#isClosed = true;
    for (const lease of this.#held.values()) this.#share.leases.release(lease);
    this.#held.clear();
  }

  #refuse(why: string): false {
    this.#end(why);
    return false;
  }
}

const reasonOf = ({ decision }: Answer): string =>
  decision.outcome === 'forward' ? 'origin-mismatch' : decision.reason;

const endingOf = (now: Answer | undefined, why: string): string => (now === undefined ? why : reasonOf(now));

/** From RFC 6455 section 7.4.1: going away, protocol error, policy violation, message too big; 1013 is IANA's "try again later". */
function closeStatus(why: string): number {
  if (why === 'closing' || why === 'idle') return 1001;
  if (why === 'frame-invalid') return 1002;
  if (why === 'message-too-long') return 1009;
  const status = Object.entries(problems).find(([code]) => code === why)?.[1].status ?? 403;
  return status >= 500 || why === 'too-many-subscriptions' ? 1013 : 1008;
}

function closeFrame(why: string): Uint8Array {
  const reason = Buffer.from(why).subarray(0, mostReasonBytes);
  const frame = Buffer.alloc(4 + reason.length);
  frame[0] = 0x88;
  frame[1] = 2 + reason.length;
  frame.writeUInt16BE(closeStatus(why), 2);
  frame.set(reason, 4);
  return frame;
}
