import type { Expression } from '../../expression.ts';
import { isBotId, isLookupId, type Resource, type RouteFacts } from '../../policy/resource.ts';
import { compileIds, expression, ID_NAMES, type IdName, type IdTexts } from '../places.ts';
import type { Fail } from '../template.ts';
import { UNREADABLE, type Call, type FrameProtocol } from './calls.ts';

/** What may be asked for within a socket, as configured. */
export interface ChannelOptions {
  /** Literally; `{conversationId}` and the like stand for an id, a `*` at the end for anything. */
  readonly name: string;
  /** JMESPath over what a message says: the entry counts unless that gives false or nothing. */
  readonly when?: string | undefined;
  /** JMESPath over what a message says. */
  readonly ids?: IdTexts | undefined;
  /** A constant bot id; `any`: it is of every bot. */
  readonly bot?: string | undefined;
  readonly lookup?: string | undefined;
  readonly whitelist?: boolean | undefined;
  /** It shows nothing of a conversation: for whoever may open the socket. */
  readonly open?: boolean | undefined;
}

export interface FramesOptions {
  readonly protocol: FrameProtocol;
  /** The first that has the name counts; what none has is refused. */
  readonly channels: readonly ChannelOptions[];
  /** Everybody opens the socket, and asks for what is `open` in it. */
  readonly forAnyone?: boolean | undefined;
}

interface Channel {
  readonly pattern: RegExp;
  readonly when: Expression | undefined;
  readonly ids: { readonly [name in IdName]?: Expression };
  readonly names: readonly IdName[];
  readonly bot?: string | undefined;
  readonly lookup?: string | undefined;
  /** Of no single bot: the same for all calls. */
  readonly isPlatform: boolean;
  /** For everybody. */
  readonly isForAnyone: boolean;
  readonly facts: RouteFacts;
}

export interface Frames {
  readonly channels: readonly Channel[];
  readonly forAnyone: boolean;
}

/** Compiles them; `route` is what holds for the socket itself. */
export function compileFrames(frames: FramesOptions, route: RouteFacts, fail: Fail): Frames {
  const { channels, forAnyone = false } = frames;
  return { forAnyone, channels: channels.map((channel) => compileChannel(channel, frames, route, fail)) };
}

function compileChannel(
  option: ChannelOptions,
  { protocol, forAnyone = false }: FramesOptions,
  route: RouteFacts,
  fail: Fail,
): Channel {
  const { name, bot, lookup, open = false } = option;
  // Rails finds one class by several names.
  if (protocol === 'actioncable' && name.includes('*'))
    fail(`The channel "${name}" of ActionCable has to be named in full.`);
  const inName = ID_NAMES.filter((id) => name.includes(`{${id}}`));
  const ids = compileIds(option.ids, `"ids" of the channel "${name}"`, fail);
  const names = [...inName, ...(Object.keys(ids) as IdName[])];
  if (new Set(names).size < names.length) fail(`The channel "${name}" names an id in two places.`);
  const whose = [bot, lookup, names.includes('botId') || undefined, open || undefined];
  if (whose.filter((one) => one !== undefined).length !== 1)
    fail(`The channel "${name}" must say one thing of its bot: an id, "bot", "lookup", or "open".`);
  if (bot !== undefined && !isBotId(bot)) fail(`"${bot}" cannot be a bot id.`);
  if (lookup !== undefined && !names.includes('conversationId'))
    fail(`The channel "${name}" has a "lookup", and names no "conversationId".`);
  const isPlatform = open || bot === 'any';
  if (isPlatform && names.length > 0) fail(`The channel "${name}" is of no single bot: it names no ids.`);
  const { reach: _, contacts, ...shared } = route;
  return {
    pattern: patternOf(name, fail),
    when: option.when === undefined ? undefined : expression(option.when, fail),
    ...{ ids, names, bot, lookup, isPlatform },
    isForAnyone: open && forAnyone,
    facts: {
      ...shared,
      path: `${route.path} ${name}`,
      whitelist: option.whitelist ?? (route.whitelist && !names.includes('contactId')),
      ...(isPlatform && { reach: open ? 'anyBot' : 'platform' }),
      ...(open && contacts === true && { contacts }),
    },
  };
}

/** An id in the middle ends where the text after it begins; one at the end takes all that is left. */
function patternOf(name: string, fail: Fail): RegExp {
  const parts = name.split(/(\{\w+\}|\*)/);
  const source = parts.map((part, at) => {
    const next = parts.slice(at + 1).join('');
    if (part === '*') return next === '' ? '.*' : fail(`In the channel "${name}" a "*" must be the end.`);
    const id = /^\{(\w+)\}$/.exec(part)?.[1];
    if (id === undefined) return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    if (!ID_NAMES.some((known) => known === id))
      return fail(`The channel "${name}" names "${id}"; it can name ${ID_NAMES.join(', ')}.`);
    if (next.startsWith('{')) return fail(`In the channel "${name}" two ids have no text between them.`);
    return next === '' ? `(?<${id}>.+)` : `(?<${id}>[^\\u{${(next.codePointAt(0) ?? 0).toString(16)}}]+)`;
  });
  return new RegExp(`^${source.join('')}$`, 'su');
}

/** What a call asks for, as a target would; `socket` is what holds for the socket itself. */
export function resourceOfCall(
  { channels }: Frames,
  call: Call | typeof UNREADABLE,
  socket: RouteFacts,
): Resource {
  if (call === UNREADABLE)
    return { kind: 'ambiguous', why: 'A message of the client cannot be read.', route: socket };
  for (const channel of channels) {
    const match = channel.pattern.exec(call.name);
    if (match !== null && counts(channel, call))
      return resourceIn(channel, idsOf(channel, call, match.groups));
  }
  const route = { ...socket, path: `${socket.path} ${folded(call.name)}` };
  return { kind: 'unresolved', why: 'Its route has no channel of this name.', route };
}

/** Where it cannot be told, it does: what follows may be open to more. */
function counts({ when }: Channel, { value }: Call): boolean {
  const result = when?.tryOn(value) ?? { value: true };
  return 'failed' in result || (result.value !== false && result.value !== null);
}

type Ids = { readonly [name in IdName]?: string };

/** An id that is no text and no whole number is none. */
function idsOf({ ids }: Channel, { value }: Call, inName: Readonly<Record<string, string>> = {}): Ids {
  const found: { [name in IdName]?: string } = { ...inName };
  for (const name of ID_NAMES) {
    const id = ids[name]?.evaluate(value);
    if (typeof id === 'string' && id !== '') found[name] = id;
    else if (Number.isSafeInteger(id)) found[name] = String(id);
  }
  return found;
}

function resourceIn(channel: Channel, ids: Ids): Resource {
  const { facts: route, names, bot, lookup, isPlatform, isForAnyone } = channel;
  if (isForAnyone) return { kind: 'other', open: true, route };
  if (isPlatform) return { kind: 'platform', route };
  const missing = names.find((name) => ids[name] === undefined);
  if (missing !== undefined)
    return { kind: 'unresolved', why: `It names no ${missing} where its channel has one.`, route };
  const { contactId: contact, conversationId: conversation } = ids;
  const named = { route, ...(contact !== undefined && { contact }) };
  if (lookup !== undefined && conversation !== undefined) {
    return isLookupId(conversation)
      ? { kind: 'sought', lookup, conversation, ...named }
      : { kind: 'unresolved', why: 'It names no conversation that can be looked up.', route };
  }
  const whose = bot ?? ids.botId ?? '';
  if (!isBotId(whose)) return { kind: 'unresolved', why: 'It names no bot id that can be.', route };
  return {
    kind: 'transcript',
    bot: whose,
    conversations: conversation === undefined ? [] : [conversation],
    ...named,
  };
}

/** A name as the log may show it: without what could be an id or a secret. */
function folded(name: string): string {
  return name.slice(0, 64).replace(/[\w-]*[0-9][\w-]*|[^\w :./-]+/g, '…');
}
