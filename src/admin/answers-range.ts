import * as Type from '../json-schema.ts';

/** What an admin says of a range. */
export const content = {
  start: Type.String(),
  end: Type.String(),
  note: Type.Optional(Type.String()),
  purpose: Type.Optional(Type.String({ description: 'What it is needed for.' })),
  expiresAt: Type.Optional(Type.String()),
};

/** As it is stored. */
export const range = {
  id: Type.String(),
  ...content,
  createdAt: Type.String(),
  createdBy: Type.String(),
  updatedAt: Type.Optional(Type.String()),
  updatedBy: Type.Optional(Type.String()),
  reviewedAt: Type.Optional(Type.String()),
  reviewedBy: Type.Optional(Type.String()),
};
/** Known where the record of decisions was asked. */
export const use = {
  lastUsedAt: Type.Optional(Type.String({ description: 'As far back as the record goes.' })),
  uses: Type.Optional(Type.Integer({ description: 'In 30 days.' })),
};
