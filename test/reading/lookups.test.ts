import t from 'tap';
import { hasFormBody, readBody } from '../../src/reading/body.ts';
import { compileRoutes, type RouteOptions } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';

const routes: readonly RouteOptions[] = [
  { path: '{/:lang}/chat/printchat/:conversationId/:key', lookup: 'chats' },
  { path: '/api/messages', lookup: 'chats', body: { conversationId: 'chat_id' } },
  { path: '/show', lookup: 'chats', query: { conversationId: 'id' } },
  { path: '/mail/:conversationId', lookup: 'mails' },
  { path: '/own/:contactId/:conversationId', lookup: 'chats' },
  { path: '/transcripts/:botId/:conversationId' },
];

/** The conversation that is looked up, `@` its contact; else the kind of what is asked for. */
function read(target: string, sends?: string): string {
  const type = ['Content-Type', 'application/json', 'Content-Length', String(sends?.length ?? 0)];
  const headers = sends === undefined ? [] : type;
  const body = sends === undefined ? undefined : readBody(Buffer.from(sends, 'latin1'), headers);
  const asked = { target, host: 'chat.example', formBody: hasFormBody(headers), headers, body };
  const resource = readTarget(compileRoutes(routes), asked);
  if (resource.kind !== 'sought') return resource.kind;
  const contact = resource.contact === undefined ? '' : ` @${resource.contact}`;
  return `${resource.lookup} ${resource.conversation}${contact}`;
}

const rows: readonly (readonly [target: string, expected: string, sends?: string])[] = [
  ['/chat/printchat/17/abc', 'chats 17'],
  ['/eng/chat/printchat/17/abc', 'chats 17'],
  ['/index.php/chat/printchat/17/abc', 'chats 17'],
  ['/eng/index.php/chat/printchat/17/abc', 'chats 17'],
  ['/c.hat/print@chat/17/abc', 'chats 17'],
  ['/chat/%70rintchat/17/abc', 'chats 17'],
  ['/chat/printchat/%31%37/abc', 'chats 17'],
  ['/chat/printchat/17/abc?conversationId=18', 'ambiguous'],
  ['/chat/printchat/17/abc?botId=other', 'ambiguous'],
  ['/chat/printchat/17/abc/../../18/abc', 'ambiguous'],
  ['/chat/printchat/17%2f..%2f18/abc', 'ambiguous'],
  ['/chat/printchat/%20/abc', 'ambiguous'],
  ['/chat/printchat/..%00/abc', 'unresolved'],
  [`/chat/printchat/${'9'.repeat(300)}/abc`, 'unresolved'],
  ['/api/messages', 'chats 17', '{"chat_id":"17"}'],
  ['/api/messages', 'chats 17', '{"chat_id":17}'],
  ['/api/messages', 'unresolved', '{"chat":"17"}'],
  ['/api/messages', 'ambiguous', '{"chat_id":"17","chat_id":"18"}'],
  ['/api/messages?chat_id=18', 'ambiguous', '{"chat_id":"17"}'],
  ['/show?id=17', 'chats 17'],
  ['/show?id=17&id=18', 'ambiguous'],
  ['/show', 'unresolved'],
  ['/mail/17', 'mails 17'],
  ['/mail/../chat/printchat/17/abc', 'ambiguous'],
  ['/own/c1/17', 'chats 17 @c1'],
  ['/transcripts/support/17', 'transcript'],
  ['/transcripts/support/../../mail/17', 'ambiguous'],
];

for (const [target, expected, sends] of rows)
  t.equal(read(target, sends), expected, `${target} ${sends ?? ''}`);

const faults: readonly (readonly [route: RouteOptions, says: RegExp])[] = [
  [{ path: '/chat/:id', lookup: 'chats' }, /must say where its "conversationId" stands/],
  [{ path: '/chat/:botId/:conversationId', lookup: 'chats' }, /has its bot id from there/],
  [{ path: '/chat/:conversationId', bot: 'support', lookup: 'chats' }, /has its bot id from there/],
  [{ path: '/chat/:conversationId', open: true, lookup: 'chats' }, /"lookup" means nothing there/],
  [{ path: '/chat/:conversationId' }, /or a "lookup" for its conversation/],
];

for (const [route, says] of faults) t.throws(() => compileRoutes([route]), { message: says }, String(says));
