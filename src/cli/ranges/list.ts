import { answers } from '../answers.ts';
import type { RangeAnswer } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import type { GatewayClient } from '../gateway.ts';
import { findGateway } from '../gateway.ts';
import { DONE, usage, writeJson } from '../io.ts';
import { oneScope } from '../scope.ts';
import { counted, table } from '../table.ts';
import { whitelists } from '../whitelist.ts';

const PAGE = 1000;

/** Every range of a scope that matches, page by page. */
export async function* eachRange(
  gateway: GatewayClient,
  scope: string,
  q?: string,
): AsyncGenerator<RangeAnswer> {
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (q !== undefined) query.set('q', q);
    if (after !== undefined) query.set('after', after);
    const path = `/whitelists/${encodeURIComponent(scope)}?${query.toString()}`;
    const page = await gateway.call({ path, answer: answers.whitelist });
    yield* page.ranges;
    after = page.next;
  } while (after !== undefined);
}

interface Row extends RangeAnswer {
  readonly scope: string;
}

function cells({ scope, id, start, end, note = '', purpose = '', expiresAt = '', createdBy }: Row): string[] {
  return [scope, id, start, end, expiresAt, createdBy, purpose, note];
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage('--limit must be a whole number above 0');
  return Number(text);
}

async function* rowsOf(gateway: GatewayClient, scopes: readonly string[], q?: string): AsyncGenerator<Row> {
  for (const scope of scopes)
    for await (const range of eachRange(gateway, scope, q)) yield { scope, ...range };
}

export const rangesList: Command = {
  name: 'ranges list',
  takes: '[SCOPE]',
  summary: 'List the ranges of the platform or of one bot; of all where none is named.',
  details: 'SCOPE is platform or bot:<id>.',
  flags: {
    q: {
      type: 'string',
      value: 'TEXT',
      help: 'Only ranges with this address, or this text in ends, id, note or purpose.',
    },
    limit: { type: 'string', value: 'N', help: 'At most so many.' },
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const scope = given.positionals.length === 0 ? undefined : oneScope(given.positionals);
    const limit = readLimit(given.text('limit'));
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const lists = scope === undefined ? await whitelists(gateway) : undefined;
    const scopes = lists?.filter((list) => list.ranges > 0).map((list) => list.scope) ?? [
      scope ?? 'platform',
    ];
    const ranges: Row[] = [];
    for await (const range of rowsOf(gateway, scopes, given.text('q'))) {
      if (ranges.length >= limit) break;
      ranges.push(range);
    }
    if (given.has('json')) writeJson(io, { ...(scope === undefined ? {} : { scope }), ranges });
    else {
      const heads = ['SCOPE', 'ID', 'START', 'END', 'EXPIRES', 'BY', 'PURPOSE', 'NOTE'];
      if (ranges.length > 0) io.stdout.write(table(heads, ranges.map(cells)));
      io.stdout.write(`${scope === undefined ? '' : `${scope}: `}${counted(ranges.length, 'range')}\n`);
    }
    return DONE;
  },
};
