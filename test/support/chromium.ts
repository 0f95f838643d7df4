import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

const tools = fileURLToPath(new URL('../../scripts/tools.mjs', import.meta.url));

/** The browser of `scripts/tools.mjs`; undefined where none is to be had. */
export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return given;
  const found = spawnSync(process.execPath, [tools, 'chromium'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a fresh profile; it speaks to nobody but the pages that it is sent to. */
export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: quietFlags });
}
