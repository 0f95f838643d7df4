import { defaultStrangerChecksPerMinute } from '../../identity/sessions/options.ts';
import * as Type from '../../json-schema.ts';
import {choice, entry, fileText, flag, group, listOf, reloads, secretBytes, secretText, text, textOrNull, whole} from './kinds.ts';

export const policy = group(
  {
    maxStalenessSeconds: reloads(whole(1, 86_400, {
      description:
        'How long the last good policy counts when the store cannot be reached; past it address grants close (503), token grants go on.',
      default: 300,
    })),
    defaults: reloads(group(
      {
        mode: choice(['enforce', 'report'], {
          description: '`report` forwards everything, and logs and counts what it would have done.',
          default: 'enforce',
        }),
        requireLogin: flag({ description: 'An address only opens for who is signed in too.', default: false }),
      },
      { description: "Where neither the bot's nor the platform's record sets the key." },
    )),
  },
  { description: 'The policy that the gateway serves.' },
);

const hosts = (description: string): Type.TArray<Type.TString> =>
  listOf(text({ description: '`host:port`.', format: 'host-port' }), { description, minItems: 1 });

const redis = entry(
  {
    url: Type.Optional(
      text({
        description: '`redis://` or `rediss://`, with host, port and database. One of `url`, `sentinel`, `cluster`.',
        format: 'redis-url',
        secret: true,
      }),
    ),
    sentinel: Type.Optional(
      entry(
        {
          name: text({ description: 'Name of the primary.' }),
          hosts: hosts('The sentinels, as `host:port`.'),
          username: Type.Optional(text({ description: 'ACL user at the sentinels.' })),
          password: secretText({ description: 'Password at the sentinels.' }),
        },
        { description: 'Redis under Sentinel.' },
      ),
    ),
    cluster: Type.Optional(
      entry({ hosts: hosts('Some of its nodes, as `host:port`.') }, { description: 'A Redis Cluster.' }),
    ),
    username: Type.Optional(text({ description: 'ACL user.' })),
    password: secretText({ description: 'Its password.' }),
    tls: flag({ description: 'TLS to sentinels and cluster nodes; `rediss://` says it for `url`.', default: false }),
    ca: fileText({ description: 'PEM certificates to trust for TLS.', format: 'certificate' }),
    prefix: text({
      description: 'Prefix of every key. Two sites on one Redis need two prefixes.',
      default: 'gateway',
      pattern: '^[A-Za-z0-9._:-]{1,64}$',
    }),
    snapshotDir: textOrNull({
      description: 'Folder for a local copy of the policy: a restarted gateway serves without Redis, within the same bound.',
      default: null,
      path: true,
    }),
    connectTimeoutMs: whole(1, 600_000, { description: 'To connect.', default: 5_000 }),
    commandTimeoutMs: whole(1, 600_000, { description: 'For one command.', default: 2_000 }),
  },
  {
    description: 'A Redis for several gateways.',
    alternatives: ['url', 'sentinel', 'cluster'],
    example: { url: 'redis://127.0.0.1:6379', prefix: 'gateway' },
  },
);

export const store = group(
  {
    file: Type.Optional(
      text({
        description: 'Folder of the embedded store, for one gateway. `./data` where neither store is named.',
        path: true,
        example: './data',
      }),
    ),
    redis: Type.Optional(redis),
  },
  { description: 'Where the policy lives: one of `file` and `redis`.', alternatives: ['file', 'redis'] },
);

export const admin = group(
  {
    public: flag({
      description: "Also under /_gateway/ of the public door, so that the site's session cookie reaches it.",
      default: false,
    }),
    token: reloads(secretText({
      description: 'A static super-admin token for scripts and emergencies; every use is logged as such.',
    })),
    importBytes: whole(1_024, 1_073_741_824, {
      description: 'Longest body of an import; every other call takes at most 64 KiB.',
      default: 33_554_432,
    }),
  },
  { description: 'The admin API.' },
);

export const limits = group(
  {
    headerBytes: whole(1_024, 1_048_576, { description: 'All headers of a request; 431 beyond.', default: 32_768 }),
    headerCount: whole(10, 10_000, { description: 'Headers of a request; 431 beyond.', default: 200 }),
    targetBytes: whole(256, 65_536, { description: 'The request target; 414 beyond.', default: 16_384 }),
    inspectedBodyBytes: whole(1_024, 1_048_576, {
      description: 'A body that a route reads ids from; 413 beyond.',
      default: 65_536,
    }),
    tokenBytes: whole(256, 16_384, { description: 'A token; longer ones are invalid.', default: 8_192 }),
    headersTimeoutMs: whole(100, 600_000, { description: 'For the headers of a request to arrive; 408.', default: 15_000 }),
    bodyTimeoutMs: whole(0, 86_400_000, {
      description: 'A request body that stands still for this long is given up; 0 = never.',
      default: 60_000,
    }),
    sendTimeoutMs: whole(0, 86_400_000, {
      description: 'An answer of which a visitor takes nothing for this long is given up; 0 = never.',
      default: 60_000,
    }),
    idleTimeoutMs: whole(100, 3_600_000, {
      description: 'A kept connection without a request is closed. Keep it above that of the balancer in front.',
      default: 75_000,
    }),
    connections: whole(1, 1_000_000, { description: 'Open connections to the public door.', default: 20_000 }),
    connectionsPerAddress: whole(0, 1_000_000, {
      description: 'The same from one address, or one IPv6 network (/64), trusted proxies excepted; 0 = no limit of its own.',
      default: 0,
    }),
    hostileTokensPerMinute: whole(0, 1_000_000, {
      description:
        'Invalid tokens from one address, 429 beyond; 0 = no limit. Past as many different ones that no key verifies, cookies too, no signature from there is checked for up to a minute. Gateways on one Redis count together.',
      default: 300,
    }),
    strangerChecksPerMinute: whole(0, 1_000_000, {
      description:
        'Credentials of nobody that one address may have the platform asked about; beyond, whose they are is not known. 0 = no limit.',
      default: defaultStrangerChecksPerMinute,
    }),
    failedAdminLoginsPerMinute: whole(0, 1_000_000, {
      description: 'Refused admin credentials from one address, 429 beyond; 0 = no limit. Counted together, too.',
      default: 30,
    }),
  },
  { description: 'Bounds on what visitors may send and hold.' },
);

export const shutdown = group(
  {
    drainMs: whole(0, 3_600_000, {
      description: 'What requests and tunnels in flight get after SIGTERM; then they are closed.',
      default: 10_000,
    }),
    delayMs: whole(0, 600_000, {
      description: 'Readiness turns first, new requests are still served for this long: time for a balancer to notice.',
      default: 0,
    }),
  },
  { description: 'A clean stop.' },
);

export const log = reloads(group(
  {
    level: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      description: 'Lowest level that is logged. The access lines are `info`.',
      default: 'info',
    }),
    clientIp: choice(['full', 'truncated'], {
      description: 'In the lines of accesses and changes. `truncated`: an IPv4 address as its /24, an IPv6 one as its /48.',
      default: 'full',
    }),
    subject: choice(['full', 'hashed'], {
      description:
        'In the lines of accesses and changes. `hashed`: subjects and contact ids as an HMAC by `hashKey`, the same on every gateway that has the key.',
      default: 'full',
    }),
    hashKey: secretBytes({
      description:
        'Key of `subject: hashed`, at least 16 bytes, the same for all gateways on one Redis. A new one and a SIGHUP end what ties old lines to new ones. Left out beside the embedded store: one is made in its folder, in `log-hash-key`.',
    }),
    whenFull: choice(['drop', 'refuse'], {
      description:
        'What comes of access lines that nobody reads, and of decisions that the record (`activity`) cannot keep. `drop`: they are lost, the platform goes on. `refuse`: a transcript that cannot be recorded is not shown (503, `log-unavailable`).',
      default: 'drop',
    }),
  },
  { description: 'The log, JSON lines on stdout, gathered for up to 10 ms: so much of it is lost when the process is killed. Where nobody reads it up to 16 MiB wait; lines beyond that are dropped, and how many is logged; `whenFull` says what becomes of transcripts then.' },
));

export const workers = whole(1, 128, {
  description: 'Processes behind the public port; more than one needs the Redis store.',
  default: 1,
});
