import t from 'tap';
import '../support/uncounted.ts';
import { findChromium } from '../support/chromium.ts';
import { activity } from './activity.ts';
import { everyPage } from './every-page.ts';
import { foreseen } from './foreseen.ts';
import { guidance } from './guidance.ts';
import { manage } from './manage.ts';
import { notices } from './notices.ts';
import { many } from './many.ts';
import { mending } from './mending.ts';
import { people } from './people.ts';
import { ranges } from './ranges.ts';
import { refusals } from './refusals.ts';
import { replicas } from './replicas.ts';
import { openScene } from './scene.ts';
import { trials } from './trials.ts';
import { trialsBegun } from './trials-begun.ts';
import { story } from './story.ts';
import { unguarded } from './unguarded.ts';

// One browser and one gateway for all of it: they are slow to start on a busy machine.
t.setTimeout(600_000);

const parts =
  process.env['MANY'] === undefined
    ? {
        ...manage,
        ...guidance,
        ...ranges,
        ...everyPage,
        ...notices,
        ...mending,
        ...people,
        ...replicas,
        ...foreseen,
        ...trials,
        ...trialsBegun,
        ...activity,
        ...refusals,
        ...story,
        ...unguarded,
      }
    : many;

/** To try one thing alone: a part of its name. */
const wanted = process.env['ONLY'] ?? '';

const name = 'the dashboard in a real browser';
const chromium = findChromium();
if (chromium === undefined) void t.test(name, { skip: 'no chromium is to be had here' }, () => undefined);
else {
  void t.test(name, async (t) => {
    const scene = await openScene(t, chromium);
    for (const [name, part] of Object.entries(parts)) {
      if (!name.includes(wanted)) continue;
      await t.test(name, (t) => part(t, scene));
      await scene.closePages();
    }
    t.same(scene.troubles, [], 'no script error, no refusal of the content policy, no byte from elsewhere');
  });
}
