import * as Type from '../json-schema.ts';

/** What the API takes: one schema for validation, types and its description. */
export const strict = { additionalProperties: false } as const;

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Enum = <const T extends readonly string[]>(values: T, options: Type.TSchemaOptions = {}) =>
  Type.Unsafe<T[number]>({ ...options, type: 'string', enum: values });
export const NullableEnum = <const T extends readonly string[]>(
  values: T,
  options: Type.TSchemaOptions = {},
) => Type.Unsafe<T[number] | null>({ ...options, type: ['string', 'null'], enum: [...values, null] });
export const NullableBoolean = (options: Type.TSchemaOptions = {}) =>
  Type.Unsafe<boolean | null>({ ...options, type: ['boolean', 'null'] });

export const ScopeParams = Type.Object({
  scope: Type.String({ description: '`platform` or `bot:<id>`, percent-encoded.' }),
});
export const RangeParams = Type.Object({
  scope: Type.String({ description: '`platform` or `bot:<id>`, percent-encoded.' }),
  id: Type.String({ description: "The range's id." }),
});
export const RevisionParams = Type.Object({
  revision: Type.String({ description: 'A revision of the change log.' }),
});

export const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000, description: 'At most so many.' }),
);
export const after = Type.Optional(
  Type.String({ maxLength: 400, description: 'The `next` of the page before.' }),
);
export const q = (description: string) => Type.Optional(Type.String({ maxLength: 200, description }));

export const time = (description: string) =>
  Type.Optional(Type.String({ maxLength: 40, description: `${description} RFC 3339 with an offset.` }));

export const AuditBody = Type.Object(
  {
    digests: Type.Optional(
      Type.Array(Type.String({ maxLength: 65_536 }), {
        maxItems: 100_000,
        description:
          'Signed digests from a log that is kept elsewhere; what was recorded must agree with them.',
      }),
    ),
  },
  strict,
);
export const ChangesQuery = Type.Object(
  {
    scope: Type.Optional(Type.String({ description: 'Only changes of this scope.' })),
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'Only changes before this revision.' })),
    q: q(
      'An address or a network that a changed range touches, or a text in ends, note, purpose, scope or settings.',
    ),
    by: Type.Optional(
      Type.String({ maxLength: 200, description: 'A part of who it was, or of where they came from.' }),
    ),
    kind: Type.Optional(Enum(['added', 'edited', 'deleted', 'switched', 'settings', 'undo'])),
    from: time('Not before this time.'),
    to: time('Before this time.'),
    limit,
  },
  strict,
);
export const yesNo = (description: string) =>
  Type.Optional(Enum(['true', 'false', '1', '0'], { description }));
/** How a write may be asked for. */
const writeWays = {
  confirmWithin: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]{0,3}[smh]$',
      description:
        'On trial for so long (`5m`; from 10s to 1h): it lapses unless it is confirmed from where it was made.',
    }),
  ),
  force: yesNo('Also what would lock out who asks, at the address where they are.'),
};
export const WriteQuery = Type.Object(writeWays, strict);

export const ImportQuery = Type.Object(
  {
    dryRun: yesNo('Only say what it would do.'),
    ...writeWays,
    forecast: yesNo('A dry run also says what it would have changed over the recorded days.'),
  },
  strict,
);

/** True where a query says so. */
export const isYes = (text: string | undefined): boolean => text === 'true' || text === '1';

export const NoQuery = Type.Object({}, strict);

export const SettingsBody = Type.Object(
  {
    enabled: Type.Optional(
      Type.Boolean({ description: 'Whether the list counts: its addresses need no login.' }),
    ),
    mode: Type.Optional(NullableEnum(['enforce', 'report'])),
    whenOff: Type.Optional(NullableEnum(['members', 'anyone'])),
    requireLogin: Type.Optional(NullableBoolean()),
    inheritPlatform: Type.Optional(NullableBoolean()),
  },
  strict,
);

export const RangeBody = Type.Object(
  {
    start: Type.String({ description: 'Four canonical decimal octets.' }),
    end: Type.String({ description: 'Inclusive; the same as start for one address.' }),
    note: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    purpose: Type.Optional(Nullable(Type.String({ description: 'What it is needed for.' }))),
    expiresAt: Type.Optional(Nullable(Type.String({ description: 'RFC 3339 with an offset.' }))),
  },
  strict,
);

export const ReviewBody = Type.Object(
  {
    ids: Type.Array(Type.String(), { maxItems: 1000, description: 'Ids of ranges of this list.' }),
    action: Enum(['keep', 'shorten', 'remove']),
    reason: Type.String({ description: 'Why; it stands in the change log.' }),
    expiresAt: Type.Optional(
      Type.String({ description: 'With `shorten`: RFC 3339 with an offset, before what it is now.' }),
    ),
  },
  strict,
);

export const ImportBody = Type.Object(
  {
    ranges: Type.Optional(
      Type.Array(Type.Unknown(), {
        description: 'Ranges as for one, or with the names that a list may have; all are stored, or none.',
      }),
    ),
    list: Type.Optional(
      Type.String({ description: 'Instead of ranges: lines, CSV or JSON, read as the command line does.' }),
    ),
    replace: Type.Optional(Type.Boolean({ description: 'Remove what is not in the import.' })),
  },
  strict,
);

export const ExplainBody = Type.Object(
  {
    target: Type.String({
      minLength: 1,
      maxLength: 8192,
      description: 'The request target, or a whole URL.',
    }),
    method: Type.Optional(Type.String({ pattern: "^[A-Za-z!#$%&'*+.^_`|~0-9-]{1,32}$" })),
    clientIp: Type.Optional(Type.String({ description: 'The client IP to judge by.' })),
    peer: Type.Optional(
      Type.String({
        description: 'Instead of clientIp: the address that connects, `headers` being read as live.',
      }),
    ),
    token: Type.Optional(Type.String({ description: 'A token as the visitor would present it.' })),
    claims: Type.Optional(
      Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'Claims instead of a token.' }),
    ),
    issuer: Type.Optional(Type.String({ description: "The claims' issuer, by its configured name." })),
    headers: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Further request headers.',
      }),
    ),
  },
  strict,
);

export const IdentityBody = Type.Object(
  {
    credential: Type.String({
      minLength: 1,
      maxLength: 65_536,
      description: 'A token, an opaque value, cookies, header lines, or a query that begins with `?`.',
    }),
  },
  strict,
);

export type ExplainRequest = Type.Static<typeof ExplainBody>;

/** What needs no body may have an empty one. */
export const NoBody = Type.Object({}, strict);

export const SessionBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 8192, description: 'An admin token.' }) },
  strict,
);
