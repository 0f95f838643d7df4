import type { StoredEvent } from '../../activity/event.ts';

/** How somebody came to see something: the kind of right, who that is to the person concerned, and why it held. */
export interface Door {
  readonly door: string;
  readonly who: string;
  readonly why: string;
}

const doors: Readonly<Record<string, Door>> = {
  'bot-access': {
    door: 'bot access',
    who: 'somebody who works with this bot',
    why: 'signed in, with access to the bot',
  },
  'own-history': {
    door: 'own conversation',
    who: 'the person who chatted',
    why: 'signed in, and the conversation is their own',
  },
  'whitelisted-bot': {
    door: 'listed address',
    who: 'somebody at an approved address',
    why: "the address is on the bot's list",
  },
  'whitelisted-platform': {
    door: 'listed address',
    who: 'somebody at an approved address',
    why: "the address is on the platform's list",
  },
  'open-link': {
    door: 'open link',
    who: 'somebody who had the link',
    why: 'no list was on, and the link alone was enough',
  },
  'platform-decides': {
    door: 'the platform',
    who: 'somebody signed in at the platform',
    why: "the platform's own answer decided",
  },
};

/** How an event let somebody see something; undefined where it did not. */
export function doorOf({ outcome, reason, enforced }: StoredEvent): Door | undefined {
  if (outcome === 'forward') return doors[reason] ?? { door: reason, who: 'somebody', why: reason };
  if (enforced) return undefined;
  const why = `the gateway only reported; it would have answered ${outcome}, ${reason}`;
  return { door: 'report mode', who: 'somebody without a right that was checked', why };
}
