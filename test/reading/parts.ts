import { hasFormBody, readBody } from '../../src/reading/body.ts';
import { compileRoutes, type RouteOptions, type TableOptions } from '../../src/reading/route.ts';
import { readTarget, type TargetRequest } from '../../src/reading/target.ts';
import { inWords } from './table.ts';

type Parts = Partial<TargetRequest> & { readonly sends?: string | undefined };

export function read(
  routes: readonly RouteOptions[],
  target: string,
  { sends, ...more }: Parts = {},
  how: TableOptions = {},
) {
  const headers = [
    ...(more.headers ?? []),
    ...(sends === undefined ? [] : ['Content-Length', String(sends.length)]),
  ];
  const body = sends === undefined ? undefined : readBody(Buffer.from(sends, 'latin1'), headers);
  const asked = { target, host: 'chat.example', formBody: hasFormBody(headers), body, ...more, headers };
  return inWords(readTarget(compileRoutes(routes, how), asked));
}
