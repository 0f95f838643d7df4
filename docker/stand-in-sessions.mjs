#!/usr/bin/env node
// A second stand-in for a legacy chat platform, for the demo and the tests: a PHP-like one, whose sessions are opaque
// and whose people, roles and departments are in its database. Never for production.
import { parseArgs } from 'node:util';
import { startSessionPlatform } from './stand-in/sessions/server.mjs';

const usage = `usage: node docker/stand-in-sessions.mjs [options]
  --host ADDRESS     where to listen (127.0.0.1)
  --port NUMBER      0 takes any free port (3000)
  --regenerate       give a new session id at sign-in, as newer platforms do
  --record FILE      append what it receives, one JSON line a request`;

const options = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '3000' },
  regenerate: { type: 'boolean', default: false },
  record: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** The flags, or an ending with the usage. */
function readFlags() {
  try {
    const { values } = parseArgs({ options });
    if (!values.help) return values;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

const flags = readFlags();
try {
  const platform = await startSessionPlatform({ ...flags, port: Number(flags.port) });
  console.log(JSON.stringify({ msg: 'ready', url: platform.url }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void platform.close());
} catch (error) {
  console.error(`the stand-in platform cannot start: ${error.message}`);
  process.exit(1);
}
