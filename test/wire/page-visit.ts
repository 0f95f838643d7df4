import { ask } from '../support/raw.ts';

export const page =
  'Host: chat.example\r\nConnection: close\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate';
export const get = (url: string, target: string, fields = page) =>
  ask(Number(new URL(url).port), `GET ${target} HTTP/1.1\r\n${fields}\r\n\r\n`, { idleMs: 3000 });
