export type Speech = 'actioncable' | 'ddp';

/** The conversations that a message of a client asks for, as a platform reads it that takes all that it can. */
export function asked(speech: Speech, text: string): readonly string[] {
  const sent = parsed(text);
  const all = Array.isArray(sent) ? sent.map((one) => parsed(String(one))) : [sent];
  return all.flatMap((one) => (speech === 'ddp' ? inDdp(one) : inCable(one)));
}

/** The last of several members of one name counts, and a mark of the byte order is none of the text. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'string' ? parsed(value) : value;
  } catch {
    return undefined;
  }
}

type Members = { readonly [name in string]?: unknown };
const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const idOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** Ruby finds one class by several names. */
function inCable(sent: unknown): readonly string[] {
  const { command, identifier } = membersOf(sent);
  const { channel, room } = membersOf(typeof identifier === 'string' ? parsed(identifier) : identifier);
  const name = String(channel).split('::').at(-1);
  return command === 'subscribe' && name === 'RoomChannel' ? [idOf(room)] : [];
}

function inDdp(sent: unknown): readonly string[] {
  const { msg, name, method, params } = membersOf(sent);
  const [first] = Array.isArray(params) ? (params as readonly unknown[]) : [params];
  const isRoom = (msg === 'sub' && name === 'room') || (msg === 'method' && method === 'loadHistory');
  return isRoom ? [idOf(first)] : [];
}
