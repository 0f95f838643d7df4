// Strict types everywhere: the gateway and its tests, and the dashboard with its own settings for the browser.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isMain, root } from './project.mjs';

export const projects = ['tsconfig.json', 'src/admin/dashboard/app/tsconfig.json'];

if (isMain(import.meta.url)) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const failed = projects.filter(
    (project) =>
      spawnSync(process.execPath, [compiler, '--noEmit', '-p', project], { cwd: root, stdio: 'inherit' })
        .status !== 0,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
