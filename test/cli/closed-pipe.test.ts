import t from 'tap';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { superAdmin } from '../admin/scene.ts';
import { openDesk } from './scene.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const shell = promisify(execFile);

t.test('who reads has read enough: a command whose pipe is closed ends quietly', async (t) => {
  const { at, url, dir, file } = await openDesk(t, superAdmin);
  const many = Array.from({ length: 6_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  t.equal((await at(`ranges import platform ${file('many.txt', many.join('\n'))}`)).code, 0);
  const env = { ...process.env, NODE_V8_COVERAGE: '', TGW_GATEWAY_URL: url, TGW_ADMIN_TOKEN_FILE: 'token' };
  const commands = [
    'ranges list platform',
    'ranges list --json',
    'ranges export platform',
    'help',
    'completion bash',
  ];
  for (const command of commands) {
    const line = `"${process.execPath}" "${main}" ${command} | head -1; echo "ended \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await shell('bash', ['-c', line], { cwd: dir, env, timeout: 30_000 });
    t.match(stdout, /^[^\n]+\nended 0\n$/, `${command}: one line, and no failure`);
    t.equal(stderr, '', `${command}: nothing on standard error`);
  }
  const refused = `"${process.execPath}" "${main}" ranges list bot: 2>&1 >/dev/null | head -1; echo "ended \${PIPESTATUS[0]}"`;
  t.match(
    (await shell('bash', ['-c', refused], { cwd: dir, env })).stdout,
    /ended 2\n$/,
    'a mistake stays one',
  );
});
