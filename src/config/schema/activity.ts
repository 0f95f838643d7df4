import * as Type from '../../json-schema.ts';
import { group, textOrNull, whole } from './kinds.ts';

interface ActivitySettings {
  retentionDays: number;
  maxBytes: number;
  redisBytes: number;
  folder: string | null;
}

const settings = group(
  {
    retentionDays: whole(1, 3_650, { description: 'Days that a decision is kept; older ones are deleted, some thousand or those of six hours at a time.', default: 30 }),
    maxBytes: whole(1_048_576, 1_099_511_627_776, {
      description: 'Size of the file; beyond it the oldest decisions are deleted first.',
      default: 10_737_418_240,
    }),
    redisBytes: whole(1_048_576, 1_099_511_627_776, {
      description: 'With a Redis store: what the decisions of all gateways take there; beyond it the oldest go. A gateway that never read them lacks them, and says so.',
      default: 268_435_456,
    }),
    folder: textOrNull({
      description: 'With a Redis store: folder of this gateway\'s index, made anew from Redis where it is lost. `null`: `store.redis.snapshotDir`, else `data` in the working directory. Gateways that share one each have a file of their own. The embedded store has its own folder.',
      default: null,
      path: true,
    }),
  },
  {
    description:
      'The record of decisions, to be searched by the admin API: what the access lines say, with `log.clientIp` and `log.subject` holding there too, in `activity.sqlite`; with a Redis store all gateways keep one record there, and each has an index of it. `null`: none is kept.',
  },
);

/** On unless it is null, as a whole. */
export const activity = Type.Unsafe<ActivitySettings | null>({ ...settings, type: ['object', 'null'] });
