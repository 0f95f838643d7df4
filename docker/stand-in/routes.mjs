import { createHash } from 'node:crypto';
import { transcriptOf } from './conversations.mjs';
import { report, sendEvents, sendFile, sendGzip } from './downloads.mjs';
import * as pages from './pages.mjs';
import { login, logout, personOf, readText, token } from './session.mjs';

/** Says what arrived: how many bytes, of which type, and their hash. */
async function upload({ request, json }) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of request) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return json(200, {
    bytes,
    sha256: hash.digest('hex'),
    contentType: request.headers['content-type'] ?? null,
  });
}

/** Sends the body back as it comes, any method. */
function echo({ request, response }) {
  response.writeHead(200, { 'Content-Type': request.headers['content-type'] ?? 'application/octet-stream' });
  request.pipe(response);
}

const cors = (request) => ({
  'Access-Control-Allow-Origin': request.headers.origin ?? '*',
  'Access-Control-Allow-Credentials': 'true',
  Vary: 'Origin',
});

function preflight({ request, response }) {
  response.writeHead(204, {
    ...cors(request),
    'Access-Control-Allow-Methods': 'GET, HEAD, POST',
    'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? '',
    'Access-Control-Max-Age': '60',
  });
  response.end();
}

function apiTranscript({ request, json, rest: [bot, , conversation] }) {
  if (request.headers.origin) return json(200, transcriptOf(bot, conversation), cors(request));
  return json(200, transcriptOf(bot, conversation));
}

/** A transcript, and what lies below it: attachments and events. */
function transcript({ request, response, html, query, rest: [bot, conversation, kind] }) {
  if (bot === undefined || conversation === undefined) return html(404, pages.missingPage);
  const told = transcriptOf(bot, conversation);
  if (kind === 'attachments')
    return sendFile(request, response, Buffer.from(`%PDF ${told.marker}\n`), 'application/pdf');
  if (kind === 'events') return sendEvents(response, pace(query, told.marker));
  return html(200, pages.transcriptPage(told));
}

const pace = (query, text) => ({
  count: Number(query.get('count') ?? 5),
  everyMs: Number(query.get('everyMs') ?? 200),
  text,
});

function redirect({ request, response, rest: [kind] }) {
  const absolute = `http://${request.headers.host ?? 'localhost'}/feedback?moved=1`;
  response.writeHead(302, { Location: kind === 'absolute' ? absolute : '/feedback?moved=1' }).end();
}

function cookies({ response }) {
  response.setHeader('Set-Cookie', ['first=1; Path=/', 'second=two; Path=/; HttpOnly', 'third=; Max-Age=0']);
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end('three cookies\n');
}

/** Any status, with a body where it may have one; 503 says when to come back. */
function status({ response, rest: [code] }) {
  response.writeHead(Number(code), { 'Content-Type': 'text/plain', 'Retry-After': '1' });
  response.end(`status ${code}\n`);
}

function slow({ response, query }) {
  const timer = setTimeout(() => response.end('slow\n'), Number(query.get('ms') ?? 1000));
  response.on('close', () => clearTimeout(timer));
}

async function feedback({ request, html }) {
  if (request.method !== 'POST') return html(200, pages.feedbackPage);
  return html(200, pages.thanksPage(new URLSearchParams(await readText(request))));
}

function asset({ request, response }) {
  sendFile(request, response, Buffer.from(pages.style), 'text/css; charset=utf-8');
}

/** First segment → what answers; `rest` are the segments after it. */
const answers = {
  transcripts: transcript,
  history: ({ query, html }) => html(200, pages.historyPage(query.get('botId') ?? '')),
  contacts: ({ html, rest: [contact] }) => html(200, pages.contactPage(contact ?? '')),
  login,
  logout,
  token,
  chat: ({ html }) => html(200, pages.chatPage),
  feedback,
  upload,
  echo,
  redirect,
  cookies,
  status,
  slow,
  gzip: ({ response }) => sendGzip(response),
  events: ({ response, query }) => sendEvents(response, pace(query, 'event')),
  download: ({ request, response }) => sendFile(request, response, report, 'application/octet-stream'),
  assets: asset,
  'jwks.json': ({ json, tokens }) => json(200, tokens.jwks),
};

/** Answers one request; `context` carries it with the helpers of the server. */
export function answer(context) {
  const { segments, request, html } = context;
  if (request.headers['access-control-request-method'] && request.method === 'OPTIONS')
    return preflight(context);
  const [first, ...rest] = segments;
  if (first === undefined) return html(200, pages.homePage(personOf(request)));
  if (first === 'api' && segments[1] === 'bots' && segments[5] === 'transcript')
    return apiTranscript({ ...context, rest: segments.slice(2) });
  if (!Object.hasOwn(answers, first)) return html(404, pages.missingPage);
  return answers[first]({ ...context, rest });
}
