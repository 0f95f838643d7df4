import * as Type from '../../json-schema.ts';
import { signingAlgorithms, type SigningAlgorithm } from '../../policy-store/signing-keys.ts';
import { choice, entry, fileText, flag, group, listOf, reloads, text, textOrNull, whole } from './kinds.ts';

export const publicDoor = group(
  {
    host: text({
      description: 'Address that visitors connect to. The container image binds 0.0.0.0.',
      default: '127.0.0.1',
      format: 'listen-host',
    }),
    port: whole(0, 65535, { description: 'Port that visitors connect to; 0 = any free port.', default: 8080 }),
    url: reloads(textOrNull({
      description:
        'The site as visitors see it: scheme, host and port. Needed where `login.url` is on another host; it is also what goes upstream in X-Forwarded-Proto and X-Forwarded-Host.',
      default: null,
      format: 'site-url',
      example: 'https://chat.example.com',
    })),
    corsOrigins: reloads(listOf(text({ description: 'An origin.', format: 'origin' }), {
      description: "Origins whose scripts may read the gateway's own 401, 403 and 503 answers.",
      default: [],
    })),
  },
  { description: 'The door that visitors use.' },
);

export const privateDoor = group(
  {
    host: text({
      description: 'Address of health, metrics, admin API and dashboard. Keep it out of reach of visitors.',
      default: '127.0.0.1',
      format: 'listen-host',
    }),
    port: whole(0, 65535, { description: 'Its port; 0 = any free port.', default: 8081 }),
  },
  { description: 'The door for operators: health, metrics, admin API, dashboard.' },
);

interface AssertionSettings {
  issuer: string;
  audience: string;
  algorithm: SigningAlgorithm;
  lifetimeSeconds: number;
  rotateDays: number;
}

const assertion = entry(
      {
        issuer: text({ description: 'Its `iss`.', default: 'transcript-gateway' }),
        audience: text({ description: 'Its `aud`: what the platform calls itself.' }),
        algorithm: choice(signingAlgorithms, { description: 'How it is signed.', default: 'ES256' }),
        lifetimeSeconds: whole(5, 60, { description: 'How long it holds.', default: 30 }),
        rotateDays: whole(1, 365, { description: 'A new key is made after so many days.', default: 30 }),
      },
      {
        description:
          'Beside the plain headers a JWT in `X-Gateway-Assertion` on guarded requests: `iss`, `aud`, `sub` and `sub_issuer` (not where an address alone let somebody in), `bot`, `reason`, `enforced`, `request_id`, `iat`, `exp`. Its keys are at `/_gateway/jwks.json`; the store keeps them. null: none.',
        default: null,
      },
);

export const upstream = group(
  {
    url: text({
      description: 'The chat platform: scheme, host, port. A path is an error: targets are forwarded byte for byte.',
      format: 'upstream-url',
      example: 'http://127.0.0.1:3000',
    }),
    host: choice(['client', 'upstream'], {
      description: "Host header sent on: the visitor's own, or the host of `upstream.url`.",
      default: 'client',
    }),
    timeoutMs: whole(1, 86_400_000, {
      description: 'From the end of the request to the response headers; 504 past it.',
      default: 60_000,
    }),
    connectTimeoutMs: whole(1, 600_000, {
      description: 'To open a connection, TLS included; 502 past it.',
      default: 10_000,
    }),
    ca: fileText({
      description: 'PEM certificates to trust for an https upstream, instead of the public ones.',
      format: 'certificate',
    }),
    allowHeaders: reloads(listOf(text({ description: 'A header name.', format: 'header-name' }), {
      description:
        "Identity headers that the platform's own scripts send, such as Remote-User: passed on from every visitor, in exactly this spelling. Only where the platform takes nobody for somebody by them.",
      default: [],
    })),
    assertion: Type.Unsafe<AssertionSettings | null>({ ...assertion, type: ['object', 'null'] }),
    websockets: flag({ description: 'Whether WebSocket upgrades are passed on; otherwise they are answered as plain HTTP.', default: true }),
    reuseConnections: flag({
      description:
        'Whether a connection serves one request after another. `false` costs a connection a request, and shuts out a platform that sends unsolicited answers on an idle connection.',
      default: true,
    }),
    connections: whole(1, 100_000, {
      description:
        'Requests at the platform that wait for the head of their answer; those above them wait their turn. Once the head is there, `streams` counts.',
      default: 512,
    }),
    queue: whole(0, 1_000_000, {
      description: 'Requests that may wait their turn; 503 with Retry-After beyond.',
      default: 1024,
    }),
    streams: whole(1, 1_000_000, {
      description:
        'Answers that are under way at one time: downloads, event streams, long polls, WebSocket tunnels; 503 with Retry-After beyond. An answer that comes whole with its head never counts.',
      default: 16_384,
    }),
    streamsPerAddress: whole(0, 1_000_000, {
      description: 'The same for one client IP, or one IPv6 network (/64); 0 = no limit of its own. An office behind one address shares it.',
      default: 4_096,
    }),
    idleTimeoutMs: whole(1, 3_600_000, {
      description: 'An unused connection is closed after this time. Keep it below the idle timeout of the platform.',
      default: 4_000,
    }),
    maxConnectionAgeMs: whole(0, 86_400_000, {
      description:
        'A kept connection of this age gets no further request, so that a name that moved to another address is followed; 0 = never.',
      default: 60_000,
    }),
    bodyIdleTimeoutMs: whole(0, 86_400_000, {
      description: 'A response body that stands still for this long is aborted; 0 = never (event streams).',
      default: 0,
    }),
  },
  { description: 'The legacy chat platform behind the gateway.' },
);

export const websockets = group(
  {
    idleTimeoutMs: whole(0, 86_400_000, {
      description: 'A tunnel without a byte in either direction for this long is closed; 0 = never.',
      default: 300_000,
    }),
    origins: listOf(text({ description: 'An origin.', format: 'origin' }), {
      description:
        'Origins, beside the site itself, whose pages may open a guarded WebSocket that no bearer token authenticates.',
      default: [],
    }),
  },
  { description: 'WebSocket tunnels.' },
);

export const warmUpMs = whole(0, 10_000, {
  description:
    'Before it opens its doors, the gateway runs made-up requests through a second, closed copy of itself for so long: its code is compiled when the first visitors come. Nothing of it is logged, recorded or counted. 0 = never.',
  default: 500,
});
