import * as Type from '../../json-schema.ts';
import { group, whole } from './kinds.ts';

interface ActivitySettings {
  retentionDays: number;
  maxBytes: number;
}

const settings = group(
  {
    retentionDays: whole(1, 3_650, { description: 'Days that a decision is kept; older ones are deleted, some thousand or those of six hours at a time.', default: 30 }),
    maxBytes: whole(1_048_576, 1_099_511_627_776, {
      description: 'Size of the record; beyond it the oldest decisions are deleted first.',
      default: 10_737_418_240,
    }),
  },
  {
    description:
      'The record of decisions, to be searched by the admin API: what the access lines say, with `log.clientIp` and `log.subject` holding there too, in `activity.sqlite` in the folder of the embedded store. `null`: none is kept. With a Redis store there is none yet. What a change would have changed of the recorded visits is foreseen from it, unless `log.clientIp` is `truncated`: a part of an address decides nothing.',
  },
);

/** On unless it is null, as a whole. */
export const activity = Type.Unsafe<ActivitySettings | null>({ ...settings, type: ['object', 'null'] });
