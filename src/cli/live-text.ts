import { localTime } from './activity/event-text.ts';
import type { ChangeReceipt } from './answers.ts';

/** "revision 7, live on 2 of 2 gateways": what a change's receipt says. */
export function liveText({ revision, live, trialUntil }: ChangeReceipt): string {
  const all = live.replicas >= live.of;
  const where = live.of === 1 && all ? 'live' : `live on ${live.replicas} of ${live.of} gateways`;
  const trial =
    trialUntil === undefined
      ? ''
      : `, on trial until ${localTime(trialUntil)}: transcript-gateway confirm ${revision}`;
  return `revision ${revision}, ${where}${all ? '' : ' so far'}${trial}`;
}
