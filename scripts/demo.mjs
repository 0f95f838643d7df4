// `npm run demo`: a stand-in chat platform, the gateway in front of it, example data, and links that show what it does.
// `-- --platform sessions`: another platform, whose sessions are opaque. `-- --check` opens every link itself, says whether it shows what it says, and ends.
import { spawn } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { checkLinks } from './demo-check.mjs';
import { demoConfig, demoLinks, demoWhitelists } from './demo-data.mjs';
import { needPort, takeFolder } from './demo-place.mjs';
import { demoAdminToken, sessionsConfig, sessionsLinks, sessionsWhitelists } from './demo-sessions.mjs';
import { root } from './project.mjs';

const options = {
  check: { type: 'boolean', default: false },
  platform: { type: 'string', default: 'tokens' },
  'platform-port': { type: 'string', default: '3000' },
  'public-port': { type: 'string', default: '8080' },
  'private-port': { type: 'string', default: '8081' },
  dir: { type: 'string', default: join(root, '.cache', 'demo') },
};
const { values: flags } = parseArgs({ options });
const ports = { public: Number(flags['public-port']), private: Number(flags['private-port']) };

/** What differs between the two platforms. */
const scenes = {
  tokens: {
    program: 'docker/stand-in-platform.mjs',
    config: demoConfig,
    links: demoLinks,
    whitelists: demoWhitelists,
    adminToken: async (platformUrl) => (await fetch(`${platformUrl}/token?as=super-admin`)).text(),
    terminal: tokenCommands,
  },
  sessions: {
    program: 'docker/stand-in-sessions.mjs',
    config: sessionsConfig,
    links: sessionsLinks,
    whitelists: sessionsWhitelists,
    adminToken: () => demoAdminToken,
    terminal: sessionCommands,
  },
};
const scene = Object.hasOwn(scenes, flags.platform) ? scenes[flags.platform] : undefined;
const children = [];
let ending = false;

/** Ends everything that was started, and this program with `code`. */
async function end(code, why) {
  if (ending) return;
  ending = true;
  if (why) console.error(`demo: ${why}`);
  const ended = children.map(
    (child) => child.exitCode !== null || new Promise((resolve) => child.once('close', resolve)),
  );
  for (const child of children) child.kill('SIGTERM');
  await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 12_000).unref())]);
  for (const child of children) child.kill('SIGKILL');
  process.exit(code);
}

/** Starts a part of the demo; resolves with its ready line. All that it says goes to a log file and to `onLine`. */
function start(name, args, onLine = () => {}) {
  const log = createWriteStream(join(flags.dir, `${name}.log`));
  // A group of its own: Ctrl-C reaches this program alone, which then ends the parts in order.
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  children.push(child);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
    log.write(chunk);
  });
  return new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      log.write(`${text}\n`);
      const line = readLine(text);
      if (line.msg === 'ready') resolve(line);
      if (line.level >= 50) errors += `${line.msg}\n`;
      onLine(line);
    });
    child.once('close', (code) => void end(1, `the ${name} ended with ${code}. ${errors.trim()}`));
  });
}

function readLine(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** One line for each guarded request, while people try the links. */
function showAccess(line) {
  if (line.msg !== 'access' || flags.check) return;
  const who = line.subject ?? 'nobody';
  const what = [line.bot, line.conversation ?? line.contact].filter(Boolean).join(' ');
  console.log(
    `  ${new Date().toTimeString().slice(0, 8)}  ${line.outcome}, ${line.reason}: ${who} from ${line.clientIp}, ${what}`,
  );
}

async function call(base, token, method, path, body) {
  const response = await fetch(`${base}/_gateway/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
}

/** Fills the whitelists through the admin API, as a super admin would. */
async function fill(platformUrl, privateUrl) {
  const token = await scene.adminToken(platformUrl);
  for (const { scope, settings, ranges } of scene.whitelists()) {
    const path = `/whitelists/${encodeURIComponent(scope)}`;
    for (const range of ranges) await call(privateUrl, token, 'POST', `${path}/ranges`, range);
    await call(privateUrl, token, 'PATCH', path, settings);
  }
}

function printLinks(publicUrl, privateUrl, platformUrl) {
  console.log('\nThe gateway stands in front of a stand-in chat platform. Open these, in this order:');
  for (const { title, links } of scene.links(publicUrl)) {
    console.log(`\n${title}`);
    for (const { url, shows } of links) console.log(`  ${url}\n      ${shows}`);
  }
  console.log(`
From a terminal
${scene.terminal(publicUrl, platformUrl)}
  ${privateUrl}/readyz and ${privateUrl}/metrics
      health and figures, on the private door only

The platform itself is at ${platformUrl}. Logs and data: ${flags.dir}. Ctrl-C ends everything.\n`);
}

/** Function declarations: the scenes above name them. */
function tokenCommands(publicUrl, platformUrl) {
  return `  curl -i ${publicUrl}/transcripts/support/1001
      an API client is answered 401 with a problem that says why
  curl -i -H "Authorization: Bearer $(curl -s '${platformUrl}/token?as=member')" ${publicUrl}/transcripts/support/1001
      with a member's token it gets the transcript
  curl -i --interface 127.0.0.2 ${publicUrl}/transcripts/sales/2001
      127.0.0.2 is not on the list of "sales", 127.0.0.1 is`;
}

function sessionCommands(publicUrl) {
  return `  curl -i ${publicUrl}/transcripts/support/1001
      an API client is answered 401 with a problem that says why
  curl -sc jar -o /dev/null '${publicUrl}/login?user=agent'; curl -i -b jar ${publicUrl}/transcripts/support/1001
      with an agent's session it gets the transcript
  The lists are managed at ${publicUrl}/_gateway/ with the token ${demoAdminToken}`;
}

async function main() {
  if (scene === undefined) throw new Error(`--platform: one of ${Object.keys(scenes).join(', ')}`);
  for (const flag of ['platform-port', 'public-port', 'private-port'])
    await needPort(flag, Number(flags[flag]));
  takeFolder(flags.dir);
  const platform = await start('platform', [scene.program, '--port', flags['platform-port']]);
  const configFile = join(flags.dir, 'gateway.yaml');
  const config = scene.config({ platformUrl: platform.url, dataDir: join(flags.dir, 'data'), ports });
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(config, null, 2));
  const { publicUrl, privateUrl } = await start(
    'gateway',
    ['dist/main.js', '--config', configFile],
    showAccess,
  );
  await fill(platform.url, privateUrl);
  printLinks(publicUrl, privateUrl, platform.url);
  if (flags.check) await end((await checkLinks(scene.links(publicUrl), platform.url)) ? 0 : 1);
}

// Not once: a second one, pressed in haste or passed on by npm, would end this program alone and leave its parts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0));
try {
  await main();
} catch (error) {
  await end(1, error.message);
}
