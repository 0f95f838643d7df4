import type { Output } from './io.ts';

/** A bar that is drawn over itself; nothing where nobody looks. */
export interface Progress {
  /** `share` of 1. */
  show(label: string, share: number): void;
  clear(): void;
}

const WIDTH = 30;
const silent: Progress = { show: () => undefined, clear: () => undefined };

/** Draws on a terminal only. */
export function createProgress(output: Output): Progress {
  if (output.isTTY !== true) return silent;
  let drawn = '';
  return {
    show(label, share) {
      const full = Math.round(Math.min(1, share) * WIDTH);
      const text = `${label} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${Math.round(share * 100)} %`;
      if (text !== drawn) output.write(`\r${text}`);
      drawn = text;
    },
    clear() {
      if (drawn !== '') output.write(`\r${' '.repeat(drawn.length)}\r`);
      drawn = '';
    },
  };
}
