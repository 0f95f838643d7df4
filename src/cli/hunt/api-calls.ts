import { decoded, literalsOf, parametersOf, type Link } from './link.ts';
import type { Spelling } from './spellings.ts';

/** Where scripts of chat platforms ask for the words of a conversation. */
const CALLS = [
  '/widgetrestapi/fetchmessages',
  '/widgetrestapi/fetchmessage',
  '/widgetrestapi/getmessagesnippet',
  '/api/messages',
  '/api/v1/messages',
  '/api/chat/messages',
  '/api/history',
  '/api/transcript',
  '/ajax/messages',
  '/ajax/history',
  '/messages',
  '/history',
  '/transcript',
];

const ID_NAMES = ['id', 'chat_id', 'chatId', 'conversation_id', 'conversationId'];
const KEY_NAMES = ['hash', 'key', 'token'];

/** The calls of scripts, with the link's ids in a query and in a JSON body, under the names that are usual. */
export function apiCalls(link: Link): Spelling[] {
  const behind = link.segments.slice((literalsOf(link).at(-1) ?? -1) + 1).map(decoded);
  const values = [...behind, ...parametersOf(link.query ?? '').map(([, value]) => value)];
  const [id, key] = values.filter((value) => link.ids.has(value));
  if (id === undefined) return [];
  const names: [string, string][] = ID_NAMES.map((name) => [name, id]);
  if (key !== undefined) names.push(...KEY_NAMES.map((name): [string, string] => [name, key]));
  const query = new URLSearchParams(names).toString();
  // Platforms of this age compare numbers with numbers.
  const members = names.map(([name, value]) => [name, /^\d{1,15}$/.test(value) ? Number(value) : value]);
  const json = JSON.stringify({ ...Object.fromEntries(members), lmgsid: 0 });
  return CALLS.flatMap((path): Spelling[] => [
    { method: 'GET', target: `${path}?${query}`, family: 'call' },
    { method: 'POST', target: path, family: 'call', json },
  ]);
}
