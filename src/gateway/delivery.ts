import type { Duplex } from 'node:stream';
import { limitedAddress } from '../access/limited-address.ts';
import type { Answer } from '../access/question.ts';
import { routeOf } from '../policy/resource.ts';
import { createFrameGuard, type FrameGuard } from './frame-guard.ts';
import { watchTunnel } from './canaries/tunnel-watch.ts';
import type { GuardedRequest, ExchangeShare } from './guarded-request.ts';
import { writeOrWait } from './response-body.ts';
import { responseHeaders, treatmentFor, type ResponseTreatment } from './response-headers.ts';
import { createTunnel, switchingHead, type Tunnel } from './tunnel.ts';
import { addTrailers, reasonPhrase, sendInterim } from './upstream-answer.ts';
import { UpgradeResponse } from './upgrade-response.ts';

/** What goes on for longer than this has a line of its own when it ends. */
const longMs = 1_000;

/** The upstream took the upgrade. */
interface Switched {
  readonly head: readonly string[];
  readonly upstream: Duplex;
  closed(why: string): void;
}

/** An answer on its way to the visitor: whole, as it comes, or as a tunnel. */
export class Delivery {
  readonly treatment: ResponseTreatment;
  /** From the request's leaving to the head of its answer. */
  upstreamMs = 0;
  readonly #asked: GuardedRequest;
  readonly #answer: Answer;
  readonly #share: ExchangeShare;
  #head: { status: number; reason: string; headers: string[] } | undefined;
  #resume: (() => void) | undefined;
  #notTaken: (() => void) | undefined;
  /** What came before anything was written; afterwards there is none. */
  #waiting: Buffer[] | undefined = [];
  #trailers: readonly string[] | null = null;
  #isWhole = false;
  #isStream = false;
  #switched: Switched | undefined;
  #tunnel: Tunnel | undefined;
  #bytes = { in: 0, out: 0 };

  constructor(asked: GuardedRequest, answer: Answer, share: ExchangeShare) {
    this.#asked = asked;
    this.#answer = answer;
    this.#share = share;
    this.treatment = treatmentFor(answer);
  }

  /** True once the head of an answer went to the visitor. */
  get hasBegun(): boolean {
    return this.#tunnel !== undefined || this.#asked.response.headersSent;
  }

  get isTunnel(): boolean {
    return this.#tunnel !== undefined;
  }

  interim(status: number, head: readonly string[]): void {
    sendInterim(this.#asked.response, status, responseHeaders(head, this.treatment));
  }

  head(status: number, reason: string, head: readonly string[], resume: () => void): void {
    this.#resume = resume;
    this.#head = { status, reason: reasonPhrase(reason), headers: responseHeaders(head, this.treatment) };
  }

  /** It goes on for longer; the setting that forbids it where there are too many. */
  goOn(notTaken: () => void): string | undefined {
    const full = this.#share.streams.take(this.#address());
    this.#isStream = full === undefined;
    this.#notTaken = notTaken;
    return full;
  }

  /** The same for a tunnel; `closed` is called when it is over, once. */
  upgraded(head: readonly string[], upstream: Duplex, closed: (why: string) => void): string | undefined {
    this.#switched = { head, upstream, closed };
    return this.goOn(() => undefined);
  }

  /** False where the visitor has to take it first. */
  data(chunk: Buffer): boolean {
    if (this.treatment.dropBody) return true;
    this.#bytes.out += chunk.length;
    if (this.#waiting !== undefined) {
      this.#waiting.push(chunk);
      return true;
    }
    return writeOrWait(this.#asked.response, chunk, this.#share.sendTimeoutMs, (taken) => {
      if (taken) this.#resume?.();
      else this.#giveUp();
    });
  }

  complete(trailers: readonly string[] | null): void {
    this.#trailers = trailers;
    this.#isWhole = true;
    if (this.#waiting === undefined) this.#end();
  }

  /** Writes the head and what has come by now; false where it is none that HTTP knows. */
  respond(): boolean {
    const { response } = this.#asked;
    if (this.#switched !== undefined) return this.#join(this.#switched);
    const head = this.#head;
    if (head === undefined) return false;
    if (this.#share.isClosing()) response.shouldKeepAlive = false;
    try {
      response.writeHead(head.status, head.reason, head.headers);
    } catch {
      // A status or a header that must not be passed on (RFC 9110 section 5.5): no part of it is.
      return false;
    }
    this.#share.onHead(this.#asked, this.#answer, head.status, this.upstreamMs);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    const body = waiting.length > 1 ? Buffer.concat(waiting) : waiting[0];
    if (this.#isWhole) this.#end(body);
    // The head goes out as soon as it is there: a stream may be quiet at first.
    else if (body === undefined) response.flushHeaders();
    else response.write(body);
    return true;
  }

  #end(body?: Buffer): void {
    const { response } = this.#asked;
    if (this.#trailers !== null && this.#trailers.length > 0) addTrailers(response, this.#trailers);
    if (body === undefined) response.end();
    else response.end(body);
  }

  #join({ head, upstream, closed }: Switched): boolean {
    const { response } = this.#asked;
    if (!(response instanceof UpgradeResponse)) return false;
    const { socket: client, early } = response.release();
    this.#share.onHead(this.#asked, this.#answer, 101, this.upstreamMs);
    client.write(switchingHead(head, this.treatment), 'latin1');
    const guard = this.#guardFrames();
    const watch = watchTunnel(this.#share.watching?.(), this.#answer, this.#asked, {
      isGranted: () => guard?.hasGranted === true,
      refuse: (cause) => {
        this.#share.own.note('canary-found', cause, this.#asked.requestId);
        this.breakOff('canary-found');
      },
    });
    // Heard before the tunnel passes it on.
    if (watch !== undefined) upstream.on('data', watch.seen);
    this.#tunnel = createTunnel({ client, early, upstream, guard }, this.#share.tunnelIdleMs, (how) => {
      watch?.close();
      this.#bytes = { in: how.bytesIn, out: how.bytesOut };
      closed(how.why);
    });
    return true;
  }

  #guardFrames(): FrameGuard | undefined {
    const protocol = routeOf(this.#answer.resource)?.frames;
    if (protocol === undefined) return undefined;
    return createFrameGuard(protocol, this.#asked, this.#share, (why) => this.breakOff(why));
  }

  /** The visitor does not take it. */
  #giveUp(): void {
    this.#notTaken?.();
    this.breakOff('not-taken');
  }

  /** Ends what runs so that it cannot be taken for a whole answer. */
  breakOff(why: string): void {
    if (this.#tunnel === undefined) this.#asked.response.destroy();
    else this.#tunnel.end(why);
  }

  /** Called once, when the exchange is over. */
  ended(why: string, bytesIn: number, revoked: boolean): void {
    if (this.#isStream) this.#share.streams.free(this.#address());
    else if (!revoked) return;
    const durationMs = performance.now() - this.#asked.startMs;
    if (!revoked && !this.isTunnel && durationMs < longMs) return;
    const { requestId } = this.#asked;
    const bytes = { bytesIn: bytesIn + this.#bytes.in, bytesOut: this.#bytes.out };
    this.#share.onEnded(this.#answer, { requestId, why, durationMs, ...bytes });
  }

  #address(): string | undefined {
    const { client, forwarding } = this.#answer;
    return limitedAddress(client, forwarding.peerTrusted, this.#asked.question.peer.address);
  }
}
