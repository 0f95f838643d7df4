#!/usr/bin/env node
// A stand-in for the legacy chat platform: for the demo, the tests and docker/compose.yaml. Never for production:
// whoever opens its login page may be anyone. It has no dependency and forgives every spelling of a path,
// as such backends do.
import { parseArgs } from 'node:util';
import { startStandIn } from './stand-in/server.mjs';

const usage = `usage: node docker/stand-in-platform.mjs [options]
  --host ADDRESS     where to listen (127.0.0.1)
  --port NUMBER      0 takes any free port (3000)
  --secret TEXT      sign sessions with HS256 and this secret; also STAND_IN_SECRET; else RS256, keys on /jwks.json
  --issuer TEXT      the iss claim of its tokens (stand-in)
  --audience TEXT    the aud claim (transcript-gateway)
  --session SECONDS  how long a session lasts (28800)
  --record FILE      append what it receives, one JSON line a request`;

const options = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '3000' },
  secret: { type: 'string', default: process.env.STAND_IN_SECRET },
  issuer: { type: 'string', default: 'stand-in' },
  audience: { type: 'string', default: 'transcript-gateway' },
  session: { type: 'string', default: '28800' },
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
  const platform = await startStandIn({
    ...flags,
    port: Number(flags.port),
    sessionSeconds: Number(flags.session),
  });
  console.log(JSON.stringify({ msg: 'ready', url: platform.url }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void platform.close());
} catch (error) {
  console.error(`the stand-in platform cannot start: ${error.message}`);
  process.exit(1);
}
