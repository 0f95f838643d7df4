import fc from 'fast-check';
import t from 'tap';
import { askedText, readAsked } from '../../src/policy/asked-text.ts';
import { decide } from '../../src/policy/decide.ts';
import { settingsInForce } from '../../src/policy/in-force.ts';
import type { Known } from '../../src/policy/principal.ts';
import type { Resource } from '../../src/policy/resource.ts';
import * as f from './facts.ts';
import { questions, views } from './questions.ts';

const botOf = (resource: Resource): string | undefined =>
  resource.kind === 'transcript' ? resource.bot : undefined;

t.test('what a text stands for is decided as what it was made of, by every policy', async (t) => {
  const texts = new Set<string>();
  const property = fc.property(questions, views, ({ asked: whole, view, options }, other) => {
    const asked = { ...whole, preflight: false };
    const text = askedText(asked) ?? '';
    texts.add(text);
    const read = readAsked(text, botOf(asked.resource), asked.client);
    return (
      read !== undefined &&
      [view, other].every((each) => {
        const [before, after] = [asked, read].map((one) => [
          decide(one, each, options, f.NOW),
          settingsInForce(one.resource, each, options.defaults).mode,
        ]);
        return JSON.stringify(before) === JSON.stringify(after);
      })
    );
  });
  fc.assert(property, { numRuns: 20_000 });
  t.ok(texts.size > 40 && texts.size < 400, `few texts: ${texts.size}`);
});

t.test('what a lookup says, and what names no bot', async (t) => {
  const sought = { kind: 'sought', lookup: 'chats', conversation: 'c1', route: f.route } as const;
  const unclear = { kind: 'ambiguous', why: 'two bots', bots: ['a', 'b'] } as const;
  const resources: Resource[] = [
    sought,
    { ...sought, without: 'missing' },
    { ...sought, without: 'unavailable' },
    unclear,
    { ...f.unresolved, bots: ['b'] } as Resource,
    f.other,
    f.open,
  ];
  const reporting = f.policy({ mode: 'report' });
  for (const resource of resources)
    for (const principal of [f.nobody(), f.member('a'), f.refused('token-expired')]) {
      const asked = f.asked({ resource, principal });
      const read = readAsked(askedText(asked) ?? '', undefined, asked.client) ?? f.asked({});
      const judged = [asked, read].map((one) => [
        decide(one, reporting, f.rejecting, f.NOW),
        settingsInForce(one.resource, reporting, f.options.defaults).mode,
      ]);
      t.strictSame(judged[0], judged[1], askedText(asked) ?? '');
    }
});

t.test('nothing of a person is in it, and no end of bots', async (t) => {
  const person: Known = {
    ...f.contact('u1', 'c1'),
    subject: 'somebody',
    issuer: 'staff',
    member: { bots: new Set(['a', 'z']) },
  };
  t.equal(askedText(f.asked({ principal: person })), 'transcript w known+member+own');
  const bots = Array.from({ length: 200 }, (_, at) => `bot-${at}`);
  t.equal(askedText(f.asked({ resource: { kind: 'ambiguous', why: '', bots } })), undefined);
  for (const text of ['', 'transcript', 'transcript w', 'transcript w who', 'nothing w known', 'null'])
    t.equal(readAsked(text, 'a', f.elsewhere), undefined, text);
  t.equal(readAsked('transcript w known', undefined, f.elsewhere), undefined);
});
