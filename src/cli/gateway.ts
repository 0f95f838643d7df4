import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { request } from 'undici';
import type { Config } from '../config/index.ts';
import type * as Type from '../json-schema.ts';
import { answers, expectAnswer, fits } from './answers.ts';
import type { ApiProblem } from './answers.ts';
import type { CommandArguments } from './command.ts';
import { doorConfig, privateUrl } from './door.ts';
import { CommandError, FAILED, usage } from './io.ts';
import type { Io } from './io.ts';
import { plainText } from './table.ts';

export interface ApiCall<T extends Type.TSchema> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /_gateway/api/v1, percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
  readonly answer: T;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told how much of the body was sent, as a share of 1. */
  readonly progress?: (sent: number) => void;
}

/** The running gateway's admin API. */
export interface GatewayClient {
  readonly url: string;
  call<T extends Type.TSchema>(call: ApiCall<T>): Promise<Type.Static<T>>;
  /** The text of an answer, as it comes. */
  stream(path: string): AsyncGenerator<string>;
}

/** A refusal by the admin API, with the fields that it names. */
export class ApiRefusal extends CommandError {
  readonly problem: ApiProblem | undefined;
  constructor(message: string, problem: ApiProblem | undefined) {
    super(FAILED, message);
    this.problem = problem;
  }
}

function baseUrl(given: CommandArguments, io: Io, config: Config): string {
  const named = given.text('url') ?? io.env['TGW_GATEWAY_URL'];
  if (named === undefined || named === '') return privateUrl(config);
  if (!URL.canParse(named) || !/^https?:$/.test(new URL(named).protocol))
    throw usage(`"${named}" is no http URL`);
  return named.replace(/\/+$/, '');
}

function token(given: CommandArguments, io: Io, config: Config): string | undefined {
  const file = given.text('token-file');
  if (file === undefined) return config.admin.token;
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8').trim();
  } catch (error) {
    throw usage(
      `--token-file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** How much of a body is written at once; between two the progress is shown. */
const CHUNK_BYTES = 65_536;

function* chunks(body: Buffer, progress: (share: number) => void): Generator<Buffer> {
  for (let at = 0; at < body.length; at += CHUNK_BYTES) {
    progress(at / body.length);
    yield body.subarray(at, at + CHUNK_BYTES);
  }
  progress(1);
}

function unreachable(url: string, error: unknown): CommandError {
  const why = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  return new CommandError(
    FAILED,
    `no gateway answers at ${url} (${why}). Is it running? Point elsewhere with --url, TGW_GATEWAY_URL, or the keys private.host and private.port.`,
  );
}

function refusal(status: number, value: unknown, hasToken: boolean): CommandError {
  const problem = fits(answers.problem, value) ? value : undefined;
  const message = problem?.detail ?? problem?.title ?? `the answer was ${status}`;
  const fields = (problem?.errors ?? []).filter(({ index }) => index === undefined);
  const lines = [message, ...fields.map(({ field, message }) => `  ${field} ${message}`)].map(plainText);
  const hint = {
    401: hasToken
      ? 'The token is not one that manages whitelists here.'
      : 'Name an admin token: --token-file FILE, or the key admin.tokenFile (TGW_ADMIN_TOKEN_FILE).',
    404: problem === undefined ? 'There is no admin API: is --url the private door?' : undefined,
  }[status];
  return new ApiRefusal([...lines, ...(hint === undefined ? [] : [hint])].join('\n'), problem);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Longer than the gateway is ever silent on a stream. */
const SILENCE_MS = 60_000;

async function* streamed(url: string, path: string, bearer: string | undefined): AsyncGenerator<string> {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const response = await request(`${url}/_gateway/api/v1${path}`, { headers, bodyTimeout: SILENCE_MS }).catch(
    (error: unknown) => {
      throw unreachable(url, error);
    },
  );
  const { statusCode, body } = response;
  if (statusCode >= 400) throw refusal(statusCode, parsed(await body.text()), bearer !== undefined);
  try {
    for await (const chunk of body.setEncoding('utf8')) yield String(chunk);
  } catch (error) {
    throw unreachable(url, error);
  }
}

/** Finds the running gateway through flags, environment and configuration. Nothing is sent yet. */
export function findGateway(given: CommandArguments, io: Io, otherFlags: readonly string[]): GatewayClient {
  const config = doorConfig(given, io, otherFlags);
  const url = baseUrl(given, io, config);
  const bearer = token(given, io, config);
  return {
    url,
    stream: (path) => streamed(url, path, bearer),
    async call({ method = 'GET', path, body, answer, headers = {}, progress = () => undefined }) {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const response = await request(`${url}/_gateway/api/v1${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...(bytes === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
          ...headers,
        },
        ...(bytes === undefined
          ? {}
          : { body: Readable.from(chunks(bytes, progress), { objectMode: false }) }),
        headersTimeout: 120_000,
        reset: true,
      }).catch((error: unknown) => {
        throw unreachable(url, error);
      });
      const value = parsed(await response.body.text());
      if (response.statusCode >= 400) throw refusal(response.statusCode, value, bearer !== undefined);
      return expectAnswer(answer, value);
    },
  };
}
