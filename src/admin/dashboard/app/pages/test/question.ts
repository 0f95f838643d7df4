import type { ExplainQuestion } from '../../api/types.ts';

export type Person = 'nobody' | 'claims' | 'token';

/** What stands in the fields of *Test access*; never a token. */
export interface TypedQuestion {
  readonly target: string;
  readonly method: string;
  readonly address: string;
  readonly forwarded: string;
  readonly person: Person;
  readonly subject: string;
  readonly bots: string;
  readonly contact: string;
  readonly conversations: string;
}

export const noQuestion: TypedQuestion = {
  target: '',
  method: 'GET',
  address: '',
  forwarded: '',
  person: 'nobody',
  subject: '',
  bots: '',
  contact: '',
  conversations: '',
};

/** As it goes to the gateway. */
export function questionOf(typed: TypedQuestion, token: string): ExplainQuestion {
  const address = typed.address.trim();
  const forwarded = typed.forwarded.trim();
  return {
    target: targetOf(typed.target.trim()),
    method: typed.method,
    ...(address === '' ? {} : forwarded === '' ? { clientIp: address } : { peer: address }),
    ...(forwarded === '' ? {} : { headers: { 'x-forwarded-for': forwarded } }),
    ...(typed.person === 'token' ? { token: token.trim() } : {}),
    ...(typed.person === 'claims' ? { claims: claimsOf(typed) } : {}),
  };
}

/** A link as people copy it, without scheme and host and fragment: that is what stands on the wire. */
function targetOf(text: string): string {
  const link = /^https?:\/\/[^/?#]*/i.exec(text);
  if (link === null) return text;
  const rest = text.slice(link[0].length).replace(/#.*$/s, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function claimsOf(typed: TypedQuestion): Record<string, unknown> {
  const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');
  return {
    sub: typed.subject.trim() === '' ? 'someone' : typed.subject.trim(),
    ...(typed.bots.trim() === '' ? {} : { bots: words(typed.bots) }),
    ...(typed.contact.trim() === '' ? {} : { contact_id: typed.contact.trim() }),
    ...(typed.conversations.trim() === '' ? {} : { conversations: words(typed.conversations) }),
  };
}
