import type { Reply } from './scene.ts';

export const SALES = '/whitelists/bot%3Asales';

interface Range {
  readonly id: string;
  readonly start: string;
  readonly note?: string;
}
export const rangesOf = (reply: Reply): readonly Range[] => reply.body.ranges as readonly Range[];
export const revisionOf = (reply: Reply): number => reply.body.revision as number;
