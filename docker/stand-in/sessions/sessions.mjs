import { randomBytes } from 'node:crypto';
import { staff } from './database.mjs';

const NAME = 'PHPSESSID';
const REMEMBER = 'remember';

function cookieOf(request, name) {
  const pieces = (request.headers.cookie ?? '').split(';').map((piece) => piece.trim());
  // The first of several, as PHP takes it.
  return pieces.find((piece) => piece.startsWith(`${name}=`))?.slice(name.length + 1);
}

const newId = () => randomBytes(16).toString('hex');

/**
 * Sessions as PHP keeps them: every visitor has one, its id is nothing but a key, and by default it stays the same
 * from before the sign-in until after the sign-out.
 */
export function createSessions({ regenerate = false } = {}) {
  const sessions = new Map();
  const remembered = new Map();
  const opened = new WeakMap();
  const set = (response, name, value, more = '') =>
    response.appendHeader('Set-Cookie', `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${more}`);

  /** The session that a request brings; undefined where it brings none that is known. */
  function find(request) {
    if (opened.has(request)) return opened.get(request);
    const id = cookieOf(request, NAME);
    const session = id === undefined ? undefined : sessions.get(id);
    return session === undefined ? undefined : { id, data: session };
  }

  function open(request, response) {
    const found = find(request);
    if (found !== undefined) return found;
    const id = newId();
    const session = { id, data: {} };
    sessions.set(id, session.data);
    opened.set(request, session);
    set(response, NAME, id);
    const name = remembered.get(cookieOf(request, REMEMBER));
    if (name !== undefined) session.data.name = name;
    return session;
  }

  return {
    open,
    personOf: (request) => staff[find(request)?.data.name],
    signIn(request, response, name, remember) {
      let session = open(request, response);
      if (regenerate) {
        sessions.delete(session.id);
        session = { id: newId(), data: session.data };
        sessions.set(session.id, session.data);
        set(response, NAME, session.id);
      }
      session.data.name = name;
      if (!remember) return;
      const key = newId();
      remembered.set(key, name);
      set(response, REMEMBER, key, '; Max-Age=2592000');
    },
    signOut(request, response) {
      const session = find(request);
      if (session !== undefined) delete session.data.name;
      remembered.delete(cookieOf(request, REMEMBER));
      set(response, REMEMBER, 'deleted', '; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0');
    },
  };
}
