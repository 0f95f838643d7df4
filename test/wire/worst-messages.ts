/** What a client sends, one after the other, with how a frame is made of it. */
export type Sent = readonly (readonly [
  data: string | Buffer,
  options: { fin?: boolean; binary?: boolean },
])[];

/** As clients write it: an identifier is a text of its own. */
export function said(message: object): Sent {
  const { identifier } = message as { readonly identifier?: unknown };
  const sent = identifier === undefined ? message : { ...message, identifier: JSON.stringify(identifier) };
  return [[JSON.stringify(sent), {}]];
}

/** What the worst platform takes for `/cable`. */
export const cablePaths: readonly string[] = [
  '/eng/cable',
  '/index.php/cable',
  '/a/b/index.php/eng/cable',
  '/index.php?/cable',
  '/?x=index.php/cable',
  '//cable',
  '/x/..%2fcable',
  '/CABLE',
  '/c.able',
  '/cable;v=1',
  '/%63able',
  '/%2563able',
  '/%2fcable',
  '/cable/',
  '/cable/more?x=1',
];

const raw = (text: string): Sent => [[text, {}]];
const of = (identifier: string): string => JSON.stringify({ command: 'subscribe', identifier });
const plain = of('{"channel":"RoomChannel","room":17}');

/** Messages that it takes for a subscription to conversation 17. */
export const cableMessages: readonly Sent[] = [
  raw(plain),
  raw(of('{"channel":"RoomChannel","room":"17"}')),
  raw(of('{"channel":"RoomChannel","room":18,"room":17}')),
  raw(of('{"channel":"RoomChannel","r\\u006fom":17}')),
  raw(of('{"channel":"::RoomChannel","room":17}')),
  raw(of('{"channel":"Object::RoomChannel","room":17}')),
  raw(of('{"channel":"LobbyChannel","channel":"RoomChannel","room":17}')),
  raw(of('"{\\"channel\\":\\"RoomChannel\\",\\"room\\":17}"')),
  raw('{"command":"subscribe","identifier":{"channel":"RoomChannel","room":17}}'),
  raw(plain.replace('{', '{"command":"pong",')),
  raw(JSON.stringify(plain)),
  raw(`[${JSON.stringify(plain)}]`),
  raw(`\uFEFF${plain}`),
  raw(` \n${plain}`),
  [[Buffer.from(plain), { binary: true }]],
  [
    [plain.slice(0, 20), { fin: false }],
    [plain.slice(20), { fin: true }],
  ],
];

const call = '{"msg":"method","id":"1","method":"loadHistory","params":["17"]}';
const quiet = '{"msg":"ping"}';

/** The same in DDP. */
export const ddpMessages: readonly Sent[] = [
  raw(call),
  raw('{"msg":"sub","id":"1","name":"room","params":[17]}'),
  raw('{"msg":"sub","id":"1","name":"room","params":["18"],"params":["17"]}'),
  raw('{"msg":"ping","msg":"sub","id":"1","name":"room","params":["17"]}'),
  raw('{"msg":"sub","id":"1","name":"room","params":"17"}'),
  raw(JSON.stringify([quiet, call])),
  raw(JSON.stringify(call)),
  raw(JSON.stringify([JSON.stringify(call)])),
  [[Buffer.from(JSON.stringify([call])), { binary: true }]],
  [
    ['["', { fin: false }],
    [JSON.stringify(call).slice(1, 9), { fin: false }],
    [`${JSON.stringify(call).slice(9)}]`, { fin: true }],
  ],
];
