import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';

/** Who the login page offers, and what their session token says. */
export const people = {
  member: {
    label: 'Member',
    about: 'has access to the bot “support”',
    claims: { sub: 'person-member', bots: ['support'] },
  },
  owner: {
    label: 'Owner of one bot',
    about: 'owns “sales”: reads it, and manages its whitelist',
    claims: { sub: 'person-owner', bots: ['sales'], owned_bots: ['sales'] },
  },
  'super-admin': {
    label: 'Super admin',
    about: 'manages every whitelist, and reads no transcript',
    claims: { sub: 'person-super-admin', roles: ['super_admin'] },
  },
  contact: {
    label: 'Contact',
    about: 'chatted with “support”: sees their own conversations',
    claims: { sub: 'person-contact', contact_id: 'c-100', conversations: ['1001'] },
  },
  outsider: {
    label: 'Outsider',
    about: 'signed in, with access to no bot',
    claims: { sub: 'person-outsider', bots: [] },
  },
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs session tokens: HS256 where a secret is given, else RS256 with a key of this process. */
export function createTokens({ secret, issuer, audience, sessionSeconds }) {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = `stand-in-${Date.now().toString(36)}`;
  const alg = secret ? 'HS256' : 'RS256';
  const signature = (text) =>
    secret
      ? createHmac('sha256', secret).update(text).digest('base64url')
      : createSign('RSA-SHA256').update(text).sign(pair.privateKey, 'base64url');

  return {
    jwks: { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] },
    /** A token for one of `people`; `seconds` may be negative, for one that has expired. */
    sign(person, seconds = sessionSeconds) {
      const now = Math.floor(Date.now() / 1000);
      const head = { alg, typ: 'JWT', ...(secret ? {} : { kid }) };
      const span = { iat: Math.min(now, now + seconds), exp: now + seconds };
      const text = `${encode(head)}.${encode({ iss: issuer, aud: audience, ...people[person].claims, ...span })}`;
      return `${text}.${signature(text)}`;
    },
  };
}
