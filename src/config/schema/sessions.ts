import * as Type from '../../json-schema.ts';
import { defaultCacheSeconds, defaultCheck, defaultSignedIn } from '../../identity/sessions/options.ts';
import { choice, entry, flag, group, listOf, listOrNull, mapOf, secretBytes, text, textOrNull, whole } from './kinds.ts';

const timeoutMs = whole(1, 60_000, {
  description: 'For one whole call, the wait for its turn included; past it nothing is known.',
  default: defaultCheck.timeoutMs,
});

const bodyBytes = whole(0, 1_048_576, {
  description: 'A longer answer says nothing, where an expression looks into its body.',
  default: defaultCheck.bodyBytes,
});

const check = entry(
  {
    url: text({
      description: 'A path is asked at `upstream.url`, with the Host that forwarding has; a URL wherever it leads.',
      format: 'check-url',
    }),
    method: text({ description: 'Its method.', default: defaultCheck.method, pattern: '^[A-Z]+$' }),
    headers: mapOf({ description: 'Constant headers, beside the credential. Nothing else goes along but what `forwardedFor` says.', default: {} }),
    forwardedFor: flag({
      description:
        'True: the client IP goes along in `X-Forwarded-For`, and an answer counts for that address alone. For a platform that binds sessions to addresses: it would know nobody at the address of the gateway.',
      default: false,
    }),
    timeoutMs,
    bodyBytes,
  },
  { description: 'The call that says whose a credential is, made with exactly its parts. Redirects are not followed.' },
);

const introspection = entry(
  {
    url: text({ description: 'The introspection endpoint.', format: 'introspection-url' }),
    clientId: text({ description: 'Who the gateway is there.' }),
    clientSecret: secretBytes({ description: 'Its secret.' }),
    auth: choice(['basic', 'post'], { description: 'Client authentication: in a header, or in the form.', default: 'basic' }),
    timeoutMs,
    bodyBytes,
  },
  { description: 'RFC 7662, instead of `check`: an authorization server says whose an opaque token is.' },
);

const claim = (description: string): Type.TUnsafe<string | null> =>
  textOrNull({ description, default: null, format: 'expression' });

const claims = group(
  {
    subject: claim('Who it is. An answer in which it gives nothing is no answer. null: signed in, without a name.'),
    bots: claim('Bots that the person has access to. A text in double quotes is itself, e.g. \'"*"\' with `allBots`.'),
    contact: claim('Stable id of the contact.'),
    conversations: claim('Conversations that are theirs.'),
  },
  {
    description:
      'JMESPath over `{status, headers, body}`; numbers count as text. Introspection has `body.sub || body.username` and `body.bots`.',
  },
);

const ends = entry(
  {
    method: textOrNull({ description: 'Its method; null: any.', default: null, pattern: '^[A-Z]+$' }),
    path: text({ description: 'Its path, without a query; with all below it.', format: 'path' }),
  },
  { description: 'A call of the platform whose success (2xx, 3xx) ends the session that it carries.' },
);

const session = entry(
  {
    name: text({ description: 'Its name in logs and answers; no issuer has the same.' }),
    from: listOf(text({ description: 'A part of the credential.', format: 'session-place' }), {
      description:
        'All of these together are the credential: `cookie:<name>`, `cookie:<prefix>*`, `header:<name>`, `header:Authorization <scheme>`, `bearer`. `header:User-Agent` too where the platform binds sessions to browsers.',
      minItems: 1,
    }),
    check: Type.Optional(check),
    introspection: Type.Optional(introspection),
    signedIn: Type.Optional(
      text({
        description: `JMESPath over \`{status, headers, body}\`; the body is JSON, else text. Left out: \`${defaultSignedIn}\`, or what introspection calls active.`,
        format: 'expression',
      }),
    ),
    claims,
    allBots: textOrNull({ description: 'The entry of `claims.bots` that means every bot; null: none does.', default: null }),
    bots: listOrNull(text({ description: 'A bot id.', format: 'bot-id' }), {
      description: 'Its people see no other bot than these; null: any.',
      default: null,
    }),
    grants: listOf(choice(['member', 'contact'], { description: 'A grant.' }), {
      description: 'What it may be good for: `member`, `contact`.',
      default: ['member'],
      minItems: 1,
    }),
    cacheSeconds: whole(1, 86_400, {
      description: 'An answer counts for this long: so late may a sign-out be noticed that nobody saw. It is asked again ahead of that.',
      default: defaultCacheSeconds,
    }),
    graceSeconds: whole(0, 86_400, {
      description: 'How much longer the last good answer counts while no new one can be had; then 503. PHP answers one call of a session at a time: a long one, such as an export, keeps the check waiting.',
      default: 0,
    }),
    ends: listOf(ends, {
      description: 'Calls that end a session, beside those whose answer takes its cookie back.',
      default: [],
    }),
  },
  { description: 'One kind of session.', alternatives: ['check', 'introspection'] },
);

export const sessions = listOf(session, {
  description:
    'Who the platform itself says it is: a credential of its own, in cookies or headers, is shown to a call that knows whose it is.',
  default: [],
  example: [
    {
      name: 'agents',
      from: ['cookie:PHPSESSID'],
      check: { url: '/api/v1/profile' },
      claims: { subject: 'body.id', bots: 'body.departments[].id' },
      ends: [{ method: 'POST', path: '/logout' }],
    },
  ],
});
