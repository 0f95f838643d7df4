import * as Type from '../json-schema.ts';

const strict = { additionalProperties: false } as const;
const optional = (description: string) =>
  Type.Optional(Type.Union([Type.String({ description }), Type.Null()]));
const query = (description: string) => Type.Optional(Type.String({ maxLength: 1024, description }));

export const RevocationParams = Type.Object({ id: Type.String({ description: "The revocation's id." }) });

export const RevocationsQuery = Type.Object(
  {
    issuer: query('Only of this issuer or kind of session.'),
    subject: query('Only of this person.'),
    q: query('A part of what it names, its note or its id.'),
    after: query('The `next` of the page before.'),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'At most so many.' })),
  },
  strict,
);

export const RevocationBody = Type.Object(
  {
    issuer: Type.String({ description: 'Configured name of the issuer, or of the kind of session.' }),
    subject: optional('The person. Alone: everything of theirs that was issued before now.'),
    sid: optional(
      'The session at the issuer. With `subject`, tokens of theirs that name no session are taken back too.',
    ),
    jti: optional('One token.'),
    issuedBefore: optional(
      'RFC 3339 with an offset. What was issued from then on holds; a token that does not say when is taken back whole.',
    ),
    expiresAt: optional('RFC 3339 with an offset; left out: after `identity.revocationSeconds`.'),
    note: optional('One line for other admins.'),
  },
  strict,
);

export const revocation = {
  id: Type.String(),
  issuer: Type.String(),
  subject: Type.Optional(Type.String()),
  sid: Type.Optional(Type.String()),
  jti: Type.Optional(Type.String()),
  issuedBefore: Type.Optional(Type.String()),
  expiresAt: Type.String(),
  note: Type.Optional(Type.String()),
  createdAt: Type.String(),
  createdBy: Type.String(),
};

export const RevocationsAnswer = Type.Object({
  revision: Type.Integer(),
  total: Type.Integer(),
  issuers: Type.Array(Type.String(), { description: 'What may be named: issuers and kinds of session.' }),
  revocations: Type.Array(Type.Object(revocation)),
  next: Type.Optional(Type.String({ description: 'Where the next page starts; absent on the last.' })),
});

export const RevocationAnswer = Type.Object({
  revision: Type.Integer(),
  live: Type.Object({ replicas: Type.Integer(), of: Type.Integer(), ms: Type.Number() }),
  acknowledged: Type.Optional(Type.Integer()),
  ...revocation,
});
