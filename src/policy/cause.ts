/**
 * Why a token, or what was presented as one, proves nothing: constant words for logs, counters and operators, finer
 * than the reasons that visitors see. The sentences are for people.
 */
export const tokenCauses = {
  'too-long': 'it is longer than a token may be',
  'not-a-token': 'it is not a JWT: three parts of base64url with dots between them',
  encrypted: 'it is encrypted (JWE)',
  'not-canonical': 'a part is empty or not canonical base64url',
  'not-json': 'its header or payload is not one plain JSON object',
  'critical-header': 'its header asks for what is not supported here (crit, b64, enc, zip)',
  'wrong-type': 'its header names another type of token',
  'no-algorithm': 'its header names no algorithm',
  'wrong-algorithm': 'its algorithm is not allowed',
  'bad-key-id': 'its key id is not a text',
  'no-issuer': 'it has no iss, or none that is a text',
  'unknown-issuer': 'no issuer here has its iss',
  'wrong-place': 'its issuer does not send tokens this way',
  'no-subject': 'it has no plain subject',
  'no-exp': 'it has no exp',
  'bad-time': 'its exp, nbf or iat is not a time',
  'wrong-audience': 'it is not for this audience',
  'wrong-kind': 'its claims name another kind of token',
  'wrong-client': 'it was made for another client (azp, client_id)',
  'no-logout': 'it is no logout token: events, jti or sid are not as they have to be, or it has a nonce',
  event: 'it is an event, not an access token',
  'not-yet-valid': 'it is not valid yet, or was issued in the future',
  expired: 'it has expired',
  'no-key-for-algorithm': 'its issuer has no key for its algorithm',
  'unknown-key': 'its issuer has no key of its key id',
  'bad-signature': 'no key of its issuer verifies it',
  'wrong-hash': 'its hash is not the one of this contact',
  'keys-unavailable': 'the keys of its issuer cannot be had now',
  revoked: 'it has been revoked',
  'revocations-unavailable': 'whether it was revoked cannot be known now',
  'two-people': 'two valid ones are of two people',
  'two-credentials': 'there are two different ones beside each other',
  'too-many': 'there are more cookies of ours than are looked at',
  'not-checked': 'it was not checked: too many came with it, or failed before it',
} as const;

export type TokenCause = keyof typeof tokenCauses;
