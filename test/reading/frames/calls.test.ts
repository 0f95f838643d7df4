import t from 'tap';
import type { FrameProtocol } from '../../../src/reading/frames/calls.ts';
import { createCallReader } from '../../../src/reading/frames/protocols.ts';

/** What each of several messages asks for: names and values, `quiet` where it is nothing. */
function read(protocol: string, ...messages: readonly (string | Uint8Array)[]): string {
  const calls = createCallReader(protocol);
  return messages
    .map((message) => {
      const found = calls(typeof message === 'string', Buffer.from(message));
      if (found === 'unreadable') return found;
      return found.map(({ name, value }) => `${name} ${JSON.stringify(value)}`).join('; ') || 'quiet';
    })
    .join(' | ');
}

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const room = String.raw`{\"channel\":\"RoomChannel\",\"id\":7}`;
const cable = (rest: string): string => `{"command":"subscribe",${rest}}`;
/** A push in bytes: lengths of join_ref, ref, topic, event, then the texts. */
const push = (topic: string, event: string, kind = 0): Uint8Array =>
  Buffer.from([
    kind,
    1,
    1,
    topic.length,
    event.length,
    ...Buffer.from(`11${topic}${event}\x00\xff`, 'latin1'),
  ]);

const rows: readonly (readonly [protocol: FrameProtocol, sent: string | Uint8Array, expected: string])[] = [
  ['actioncable', cable(`"identifier":"${room}"`), 'RoomChannel {"command":"subscribe","params":{"channel":"RoomChannel","id":7},"data":null}'],
  ['actioncable', `{"command":"message","identifier":"${room}","data":"{\\"action\\":\\"say\\"}"}`, 'RoomChannel {"command":"message","params":{"channel":"RoomChannel","id":7},"data":{"action":"say"}}'],
  ['actioncable', `{"command":"unsubscribe","identifier":"${room}"}`, 'RoomChannel {"command":"unsubscribe","params":{"channel":"RoomChannel","id":7},"data":null}'],
  ['actioncable', '{"command":"pong"}', 'quiet'],
  ['actioncable', cable(`"identifier":"${room}","identifier":"{}"`), 'unreadable'],
  ['actioncable', cable(`"identifier":"${room}","Identifier":"{}"`), 'unreadable'],
  ['actioncable', cable(String.raw`"identifier":"{\"channel\":\"A\",\"channel\":\"B\"}"`), 'unreadable'],
  ['actioncable', cable('"identifier":{"channel":"RoomChannel"}'), 'unreadable'],
  ['actioncable', cable(String.raw`"identifier":"{\"id\":7}"`), 'unreadable'],
  ['actioncable', cable(String.raw`"identifier":"/**/{\"channel\":\"A\"}"`), 'unreadable'],
  ['actioncable', `{"command":"message","identifier":"${room}","data":"{"}`, 'unreadable'],
  ['actioncable', `{"command":"subscribe"}`, 'unreadable'],
  ['actioncable', Buffer.from(cable(`"identifier":"${room}"`)), 'unreadable'],
  ['actioncable', '\ufeff{"command":"pong"}', 'unreadable'],
  ['phoenix', '["1","1","room:7","phx_join",{"a":1}]', 'room:7 {"event":"phx_join","payload":{"a":1}}'],
  ['phoenix', '{"topic":"room:7","event":"phx_join","payload":{},"ref":"1"}', 'room:7 {"event":"phx_join","payload":{}}'],
  ['phoenix', '[null,"2","phoenix","heartbeat",{}]', 'quiet'],
  ['phoenix', '[null,"2","phoenix","phx_join",{}]', 'phoenix {"event":"phx_join","payload":{}}'],
  ['phoenix', push('room:7', 'say'), 'room:7 {"event":"say","payload":null}'],
  ['phoenix', push('room:7', 'say', 1), 'unreadable'],
  ['phoenix', push('room:7', 'say').subarray(0, 9), 'unreadable'],
  ['phoenix', Buffer.from([0, 0, 0, 1, 1, 0xff, 0xff]), 'unreadable'],
  ['phoenix', '["1","1","room:7","phx_join",{},{}]', 'unreadable'],
  ['phoenix', '["1","1","room:7",7,{}]', 'unreadable'],
  ['phoenix', `["1","1","room:7","say",${deep(40)}]`, 'unreadable'],
  ['phoenix', '["1","1","room:7","say",{"a":1,"a":2}]', 'unreadable'],
  ['phoenix', '{"topic":"room:7","topic":"room:8","event":"phx_join","payload":{}}', 'unreadable'],
  ['phoenix', '', 'unreadable'],
  ['ddp', '{"msg":"connect","version":"1","support":["1"]}', 'quiet'],
  ['ddp', '{"msg":"sub","id":"1","name":"stream-room-messages","params":["r1",false]}', 'stream-room-messages {"type":"sub","params":["r1",false]}'],
  ['ddp', '{"msg":"method","id":"1","method":"loadHistory","params":["r1"]}', 'loadHistory {"type":"method","params":["r1"]}'],
  ['ddp', '{"msg":"sub","id":"1","name":"x"}', 'x {"type":"sub","params":[]}'],
  ['ddp', String.raw`["{\"msg\":\"ping\"}","{\"msg\":\"sub\",\"id\":\"1\",\"name\":\"x\"}"]`, 'x {"type":"sub","params":[]}'],
  ['ddp', String.raw`"{\"msg\":\"sub\",\"id\":\"1\",\"name\":\"x\"}"`, 'x {"type":"sub","params":[]}'],
  ['ddp', String.raw`["{\"msg\":\"ping\"}",{"msg":"sub"}]`, 'unreadable'],
  ['ddp', '{"msg":"sub","name":"x","params":{"0":"r1"}}', 'unreadable'],
  ['ddp', '{"msg":"sub","name":["x"]}', 'unreadable'],
  ['ddp', '{"msg":"other","name":"x"}', 'unreadable'],
  ['ddp', '{"msg":"ping","msg":"sub","name":"x"}', 'unreadable'],
  ['ddp', '{}', 'unreadable'],
  ['socketio', '2probe', 'quiet'],
  ['socketio', '3', 'quiet'],
  ['socketio', '40', 'connect {"type":"connect","namespace":"/","name":"connect","params":[null]}'],
  ['socketio', '40/admin?x=1,{"token":"t"}', '/admin connect {"type":"connect","namespace":"/admin","name":"connect","params":[{"token":"t"}]}'],
  ['socketio', '42["join","r1"]', 'join {"type":"event","namespace":"/","name":"join","params":["r1"]}'],
  ['socketio', '42/admin,12["join","r1"]', '/admin join {"type":"event","namespace":"/admin","name":"join","params":["r1"]}'],
  ['socketio', '430[]', 'quiet'],
  ['socketio', '41/admin,', 'quiet'],
  ['socketio', '42["/admin join"]', 'unreadable'],
  ['socketio', '42["connect"]', 'unreadable'],
  ['socketio', '42[7]', 'unreadable'],
  ['socketio', '42', 'unreadable'],
  ['socketio', '4 ["join","r1"]', 'unreadable'],
  ['socketio', '42 ["join","r1"]', 'unreadable'],
  ['socketio', '42["join",{"a":1,"a":2}]', 'unreadable'],
  ['socketio', '45["join"]', 'unreadable'],
  ['socketio', '421-["join"]', 'unreadable'],
  ['socketio', '44{}', 'unreadable'],
  ['socketio', '5:::{"name":"join"}', 'unreadable'],
  ['socketio', '0{"sid":"x"}', 'unreadable'],
  ['socketio', Buffer.from([4, 1]), 'unreadable'],
  ['socketio', 'bAAAA', 'unreadable'],
]; // prettier-ignore

t.test('what messages ask for', async (t) => {
  for (const [protocol, sent, expected] of rows)
    t.equal(
      read(protocol, sent),
      expected,
      `${protocol} ${typeof sent === 'string' ? sent : Buffer.from(sent).toString('latin1')}`,
    );
  for (const protocol of ['actioncable', 'phoenix', 'ddp', 'socketio', 'other'])
    t.equal(read(protocol, Buffer.from([0xff, 0xfe])), 'unreadable', protocol);
});

t.test('bytes are what an event announced, and nothing else', async (t) => {
  const event = '452-["file",{"_placeholder":true,"num":0}]';
  const name = 'file {"type":"event","namespace":"/","name":"file","params":[{"_placeholder":true,"num":0}]}';
  const bytes = Buffer.from([1]);
  t.equal(read('socketio', event, bytes, bytes), `${name} | quiet | quiet`);
  t.equal(read('socketio', event, bytes, 'bAQ=='), `${name} | quiet | quiet`);
  t.equal(read('socketio', event, '2', bytes, bytes), `${name} | quiet | quiet | quiet`, 'a ping between');
  t.equal(
    read('socketio', event, bytes, bytes, bytes),
    `${name} | quiet | quiet | unreadable`,
    'one too many',
  );
  t.equal(read('socketio', event, bytes, '42["join"]'), `${name} | quiet | unreadable`, 'an event between');
});
