import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTarget } from '../path.mjs';
import { createRecorder } from '../recorder.mjs';
import { debug, helpers, listen } from '../server.mjs';
import { answer } from './routes.mjs';
import { createSessions } from './sessions.mjs';

/** In a mood, the platform's own calls fail as those of real ones do. */
async function inMood(check, response) {
  const [kind, value] = check.split(':');
  if (kind === 'slow') return (await sleep(Number(value))) ?? false;
  if (kind === 'hang') return true;
  if (kind === 'status') return void response.writeHead(Number(value), { Location: '/login' }).end() ?? true;
  if (kind === 'garbage') return void response.writeHead(200).end('<html>Maintenance</html>') ?? true;
  if (kind === 'huge') {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const chunk = Buffer.alloc(65_536, 0x20);
    for (let sent = 0; sent < 100 * 1024 * 1024 && !response.destroyed; sent += chunk.length)
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    response.end();
    return true;
  }
  return false;
}

const once = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

function onRequest(recorder, sessions, moods) {
  return async (request, response) => {
    const { segments, query } = readTarget(request.url);
    const { html, json } = helpers(request, response);
    response.setHeader('X-Powered-By', 'Desk/7.4');
    if (segments[0] === 'debug') return debug(segments, request, recorder, json);
    recorder.add(request, false);
    try {
      // A body is read at once or not at all: the recorder reads along.
      const moody = ['api', 'account'].includes(segments[0]) && moods.check !== undefined;
      if (moody && (await inMood(moods.check, response))) return undefined;
      await answer({ request, response, segments, query, sessions, moods, html, json });
    } catch (error) {
      // The client left in the middle of its body.
      if (response.headersSent) response.destroy();
      else json(500, { error: error.message });
    }
    return undefined;
  };
}

/**
 * Starts the platform.
 *
 * @returns its `url`, and `close()`, which ends every connection.
 * @throws where it cannot listen.
 */
export function startSessionPlatform(options) {
  const recorder = createRecorder(options.record);
  const server = createServer({ keepAliveTimeout: 20_000 }, onRequest(recorder, createSessions(options), {}));
  return listen(server, options);
}
