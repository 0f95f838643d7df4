import type { Outcome, Reason } from '../../../../../policy/reason.ts';

export const outcomes: Record<Outcome, { readonly text: string; readonly tone: string }> = {
  forward: { text: 'Let in', tone: 'ok' },
  login: { text: 'Asked to log in', tone: 'warn' },
  deny: { text: 'Refused', tone: 'bad' },
  unavailable: { text: 'Not known now: asked to try again', tone: 'warn' },
};

export const reasons: Record<Reason, string> = {
  preflight: 'A browser’s preflight: answered without any content.',
  'not-guarded': 'The URL is none that the gateway guards.',
  'bot-access': 'The person has bot access.',
  'own-history': 'It is the contact’s own conversation.',
  'platform-decides':
    'The visitor brings a session of the platform’s, and the platform’s own answer decides.',
  'whitelisted-bot': 'The address is in the bot’s list.',
  'whitelisted-platform': 'The address is in the platform’s list.',
  'open-link': 'No list is on, and “when off” is set to anyone.',
  'token-invalid': 'The token is not valid.',
  'token-expired': 'The token has expired.',
  'token-revoked': 'The token has been revoked.',
  'token-foreign': 'The token is of an issuer that this gateway does not know.',
  'no-credential': 'Nobody is signed in, and the address is in no list.',
  'session-expired': 'The session has expired, and the address is in no list.',
  'session-revoked': 'The session has been revoked, and the address is in no list.',
  'session-ended': 'The person has signed out, and the address is in no list.',
  'session-invalid': 'The session is not valid, and the address is in no list.',
  'path-ambiguous': 'The URL could mean two things, or cannot be read.',
  'not-open': 'The URL is neither guarded nor open.',
  'bot-unresolved': 'The URL is guarded, but names no single bot.',
  'method-not-allowed': 'The URL is guarded, and its route does not serve this method.',
  'upgrade-required': 'The URL is a socket whose messages are judged, and was asked for as a page.',
  'no-access': 'The person is signed in, has no bot access, and the address is in no list.',
  'link-expired':
    'The address would open it, but the link is too old: its time ran from when it was first seen.',
  'policy-unavailable': 'The lists cannot be read or are too old.',
  'log-unavailable': 'It cannot be written down now who is shown what.',
  'keys-unavailable': 'The keys that tokens are checked with cannot be had.',
  'revocations-unavailable': 'Whether the token was revoked cannot be known.',
  'sessions-unavailable': 'Whose session it is cannot be known: the platform does not say.',
  'lookup-unavailable': 'Which bot the conversation is of cannot be known: the lookup does not answer.',
  'links-unavailable': 'How old the link is cannot be known: what links were seen cannot be read now.',
  'platform-unproven':
    'It was not seen that the platform refuses strangers here, so it is not left to decide.',
};
