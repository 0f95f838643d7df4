/** One answer of the gateway's own: RFC 9457 `status`, `title` and `detail`, and for people what to do next. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly next: string;
}

const problem = (status: number, title: string, detail: string, next: string): ProblemKind => ({
  status,
  title,
  detail,
  next,
});

const signIn = 'Sign in, then open the link again.';
const askAccess = 'Ask the person who gave you this link, or the team that runs this site, for access.';
const checkLink = 'Check the link; if it was given to you as it is, tell the team that runs this site.';
const newLink =
  'Ask the person who gave you this link for a new one, or sign in if you have an account here.';
const checkToken = 'Get a new token from where this one came from.';
const later = 'Try again in a moment; if it goes on, tell the team that runs this site.';
const client = 'Change the request; repeating it as it is gives the same answer.';

/**
 * Every answer that the gateway itself gives, by its reason. Nothing here depends on what exists behind it:
 * a bot that exists and one that does not are refused by the same bytes.
 */
export const problems = {
  'bad-request': problem(400, 'Bad request', 'The request could mean two things, or breaks HTTP.', client),
  'path-ambiguous': problem(400, 'Ambiguous address', 'This address could mean two things.', checkLink),

  'no-credential': problem(401, 'Sign-in needed', 'You are not signed in.', signIn),
  'session-expired': problem(401, 'Sign-in needed', 'Your session has ended.', signIn),
  'session-revoked': problem(401, 'Sign-in needed', 'Your session was ended.', signIn),
  'session-ended': problem(401, 'Sign-in needed', 'You have signed out.', signIn),
  'session-invalid': problem(401, 'Sign-in needed', 'Your session cannot be confirmed.', signIn),
  'token-invalid': problem(401, 'Invalid token', 'The token proves nothing.', checkToken),
  'token-expired': problem(401, 'Expired token', 'The token has expired.', checkToken),
  'token-revoked': problem(401, 'Revoked token', 'The token was revoked.', checkToken),
  'token-foreign': problem(401, 'Foreign token', 'The token comes from nobody known here.', checkToken),

  'no-access': problem(403, 'No access', 'You do not have access to this transcript.', askAccess),
  'bot-unresolved': problem(403, 'No access', 'This address names no single bot.', checkLink),
  'link-expired': problem(
    403,
    'Link too old',
    'This link was good for a certain time, which is over.',
    newLink,
  ),
  'login-loop': problem(
    403,
    'Signing in did not help',
    'You were sent to sign in several times within a minute, and came back each time without a session.',
    'Allow cookies for this site and try again in a minute; if it goes on, tell the team that runs this site.',
  ),
  'cookie-no-token': problem(
    403,
    'Signing in did not help',
    'The cookie that the sign-in of this site sets is no token: nobody can be recognised by it here.',
    'This is not your doing. Tell the team that runs this site.',
  ),
  'origin-mismatch': problem(
    403,
    'Foreign page',
    'A page of another site may not open this connection.',
    client,
  ),
  'canary-found': problem(
    403,
    'Withheld',
    'What this address shows belongs to a conversation, and nothing says who may see it.',
    'The team that runs this site was told. If you need what stands here, ask them.',
  ),

  'not-open': problem(404, 'Not found', 'There is nothing here.', checkLink),
  'not-found': problem(404, 'Not found', 'There is nothing here.', checkLink),
  'method-not-allowed': problem(405, 'Method not allowed', 'This method is not served here.', client),
  'request-timeout': problem(408, 'Request timeout', 'The request did not arrive in time.', later),
  'body-too-large': problem(413, 'Body too large', 'What was sent is more than is looked at here.', client),
  'target-too-long': problem(414, 'Address too long', 'The address is longer than is served here.', client),
  'expectation-failed': problem(417, 'Expectation failed', 'This expectation cannot be met.', client),
  'upgrade-required': problem(
    426,
    'WebSocket needed',
    'This is served over a WebSocket only, not by plain requests.',
    client,
  ),
  'rate-limited': problem(429, 'Too many bad tokens', 'Too many bad tokens came from your address.', later),
  'headers-too-large': problem(431, 'Headers too large', 'The headers are more than is served here.', client),

  'internal-error': problem(500, 'Internal error', 'Something went wrong here.', later),
  'upstream-unreachable': problem(502, 'Bad gateway', 'The chat platform cannot be reached.', later),
  'upstream-invalid': problem(502, 'Bad gateway', 'The chat platform gave no valid answer.', later),
  'upstream-busy': problem(503, 'Busy', 'The chat platform has too much to do.', later),
  'upstream-timeout': problem(504, 'Gateway timeout', 'The chat platform did not answer in time.', later),
  'too-many-connections': problem(503, 'Busy', 'There are too many connections.', later),
  overloaded: problem(503, 'Busy', 'There is too much to do.', later),

  'policy-unavailable': problem(503, 'Not known now', 'It cannot be known now who may see this.', later),
  'log-unavailable': problem(
    503,
    'Not available now',
    'What is shown here has to be recorded, and cannot be now.',
    later,
  ),
  'keys-unavailable': problem(
    503,
    'Not known now',
    'It cannot be known now whether your sign-in is valid.',
    later,
  ),
  'revocations-unavailable': problem(
    503,
    'Not known now',
    'It cannot be known now whether your sign-in is still valid.',
    later,
  ),
  'sessions-unavailable': problem(
    503,
    'Not known now',
    'It cannot be known now whether you are signed in to the chat platform.',
    later,
  ),
  'lookup-unavailable': problem(
    503,
    'Not known now',
    'It cannot be known now which bot this conversation is of.',
    later,
  ),
  'links-unavailable': problem(503, 'Not known now', 'It cannot be known now how old this link is.', later),
  'platform-unproven': problem(
    503,
    'Not known now',
    'It cannot be known now whether the chat platform keeps strangers out.',
    later,
  ),
} as const satisfies Record<string, ProblemKind>;

/** The reason of an answer of the gateway's own: in the header, in the body, in the log. */
export type ProblemCode = keyof typeof problems;
