import { compilePages, type PageOptions } from '../../src/gateway/pages/page.ts';
import { ask, lines, type RawResponse } from '../support/raw.ts';
import { startUpstream } from '../support/upstreams.ts';
import { startDoor, type Door, type DoorOptions } from './door.ts';
import { startJudge, type JudgeOptions } from './judge.ts';

export const html = 'Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';
export const get = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, 'Host: chat.example', html, ...more);

export const plainOptions: PageOptions = { siteName: null, contact: null, showAddress: true, texts: {} };
export const logo = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
export const login = {
  url: '/login',
  returnParam: 'return_to',
  mode: 'redirect',
  explainFirst: false,
  switchUrl: null,
} as const;

/** What judges go by where a page says why it is not shown. */
export const proxied: JudgeOptions = { proxies: ['127.0.0.0/8'] };
export const unknowing: JudgeOptions = { loads: false };
/** What a trusted proxy says of who comes over IPv6. */
export const overV6 = { 'X-Forwarded-For': '2001:db8::1' };
export const overV6Line = `X-Forwarded-For: ${overV6['X-Forwarded-For']}`;

/** The platform, with a login page of its own. */
export const startPlatform = () =>
  startUpstream((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'max-age=60', ETag: '"login"' });
    response.end(`<title>${request.url ?? ''}</title>the platform’s own page`);
  });

export interface PagesDoor extends Door {
  visit(target: string, ...more: readonly string[]): Promise<RawResponse>;
}

/** A door with a judge of its own, for people. */
export async function openDoor(
  url: string,
  settings: DoorOptions['settings'] = {},
  goesBy: JudgeOptions = {},
): Promise<PagesDoor> {
  const judge = await startJudge(goesBy);
  const door = await startDoor(url, { judge, settings: { pages: compilePages(plainOptions), ...settings } });
  return {
    ...door,
    visit: (target, ...more) => ask(door.port, get(target, ...more)),
    async stop() {
      await door.stop();
      await judge.stop();
    },
  };
}
