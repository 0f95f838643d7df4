import { bots, transcriptOf } from '../conversations.mjs';
import { page, transcriptPage, missingPage } from '../pages.mjs';
import { localPath } from '../path.mjs';
import { sendEvents } from '../downloads.mjs';
import { readText } from '../session.mjs';
import { maySee, staff } from './database.mjs';

function homePage(person) {
  const who = person === undefined ? 'You are not signed in.' : `You are ${person.name}, ${person.role}.`;
  const items = bots.map(({ id, name }) => `<li><a href="/history/${id}">${name}</a></li>`);
  return page(
    'Desk',
    `<h1>Desk</h1><p>${who}</p><ul>${items.join('')}</ul><p><a href="/logout">Sign out</a></p>`,
  );
}

function loginPage() {
  const choices = Object.entries(staff).map(
    ([name, { name: shown }]) => `<option value="${name}">${shown}</option>`,
  );
  return page(
    'Sign in',
    `<h1>Sign in</h1><form method="post" action="/login"><select name="user">${choices.join('')}</select>
<label><input type="checkbox" name="remember"> Remember me</label><button>Sign in</button></form>`,
  );
}

/** The target of a sign-in is kept in the session, as such platforms do; it comes from nowhere else afterwards. */
async function login({ request, response, query, sessions, html }) {
  const form = request.method === 'POST' ? new URLSearchParams(await readText(request)) : query;
  const session = sessions.open(request, response);
  if (query.has('return_to')) session.data.target = localPath(query.get('return_to'));
  const user = form.get('user') ?? '';
  if (!Object.hasOwn(staff, user)) {
    if (session.data.name !== undefined) return response.writeHead(302, { Location: leave(session) }).end();
    return html(form.has('user') ? 400 : 200, loginPage());
  }
  sessions.signIn(request, response, user, form.has('remember'));
  return response.writeHead(302, { Location: leave(session) }).end();
}

function leave(session) {
  const { target = '/' } = session.data;
  delete session.data.target;
  return target;
}

function logout({ request, response, sessions }) {
  sessions.signOut(request, response);
  response.writeHead(302, { Location: '/' }).end();
}

/** A visitor's transcript: whoever has the link reads it. */
function transcript({ response, html, query, rest: [bot, conversation, kind] }) {
  if (bot === undefined || conversation === undefined) return html(404, missingPage);
  const told = transcriptOf(bot, conversation);
  if (kind === 'events') {
    const pace = { count: Number(query.get('count') ?? 5), everyMs: Number(query.get('everyMs') ?? 200) };
    return sendEvents(response, { ...pace, text: told.marker });
  }
  return html(200, transcriptPage(told));
}

/** The desk's own view: strangers are sent to the login, and come back by what the session keeps. */
function desk(context) {
  const { request, response, sessions, html, rest } = context;
  const person = sessions.personOf(request);
  if (person === undefined) {
    sessions.open(request, response).data.target = request.url;
    return response.writeHead(302, { Location: '/login' }).end();
  }
  if (!maySee(person, rest[0])) return html(403, missingPage);
  return transcript(context);
}

/** Who am I, in JSON. */
function whoAmI({ request, json, sessions }) {
  const person = sessions.personOf(request);
  if (person === undefined) return json(401, { error: 'not signed in' });
  const { id, name, role, departments } = person;
  return json(200, { id, name, role, departments: departments.map((one) => ({ id: one })) });
}

/** The same for people: a page, or a redirect to the login. */
function account({ request, response, html, sessions }) {
  const person = sessions.personOf(request);
  if (person === undefined) return response.writeHead(302, { Location: '/login' }).end();
  return html(200, page('Account', `<h1>${person.name}</h1><p><a href="/logout">Sign out</a></p>`));
}

/** What a test or a demo makes of the calls above: slow, broken, silent. */
function mood({ query, moods, json }) {
  for (const [name, value] of query) moods[name] = value;
  json(200, moods);
}

const answers = { login, logout, transcripts: transcript, desk, account, mood };

/** Answers one request. Every page gives its visitor a session, as PHP's `session_start` does. */
export function answer(context) {
  const { segments, request, response, sessions, html } = context;
  const [first, ...rest] = segments;
  if (first === 'api' && segments[1] === 'me') return whoAmI(context);
  if (first !== 'mood' && first !== 'account') sessions.open(request, response);
  if (first === undefined) return html(200, homePage(sessions.personOf(request)));
  if (!Object.hasOwn(answers, first)) return html(404, missingPage);
  return answers[first]({ ...context, rest });
}
