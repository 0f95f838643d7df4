import { isBotId } from '../policy/resource.ts';
import type { Scope } from '../policy/reason.ts';
import { usage } from './io.ts';

/** `platform` or `bot:<id>`. */
export function scopeArgument(text: string): Scope {
  if (text === 'platform') return 'platform';
  if (text.startsWith('bot:')) {
    const id = text.slice(4);
    if (isBotId(id)) return `bot:${id}`;
    throw usage(`"${id}" cannot be a bot id: 1 to 128 of A-Z a-z 0-9 . _ ~ -, not starting with a dot`);
  }
  const meant = isBotId(text) ? `; for a bot write bot:${text}` : '';
  throw usage(`"${text}" is no scope: platform or bot:<id>${meant}`);
}

/** The one scope that the command line names. */
export function oneScope(positionals: readonly string[]): Scope {
  const [first, ...rest] = positionals;
  if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
  if (first !== undefined) return scopeArgument(first);
  throw usage('say for which scope: platform or bot:<id>');
}
