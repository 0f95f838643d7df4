// Strict types everywhere: the gateway and its tests, and the dashboard with its own settings for the browser.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

const projects = ['tsconfig.json', 'src/admin/dashboard/app/tsconfig.json'].filter((file) =>
  existsSync(join(root, file)),
);
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const failed = projects.filter(
  (project) =>
    spawnSync(process.execPath, [...process.execArgv, compiler, '--noEmit', '-p', project], {
      cwd: root,
      stdio: 'inherit',
    }).status !== 0,
);
process.exitCode = failed.length === 0 ? 0 : 1;
