import t from 'tap';
import { compileExpression, expressionFault } from '../src/expression.ts';

t.test('expressions are JMESPath; a member of exactly that name wins', (t) => {
  const claims = {
    'https://example.com/bots': ['support'],
    realm_access: { roles: ['a', 'b'] },
    'a.b': 'dotted name',
    a: { b: 'steps' },
    memberships: { x: 1, y: 2 },
    departments: [{ id: 1 }, { id: 2 }],
    groups: ['bot-support-readers', 'other'],
  };
  const rows: readonly (readonly [string, unknown])[] = [
    ['https://example.com/bots', ['support']],
    ['realm_access.roles', ['a', 'b']],
    ['a.b', 'dotted name'],
    ['keys(memberships)', ['x', 'y']],
    ['departments[].id', [1, 2]],
    ["groups[?starts_with(@, 'bot-')].split(@, '-')[1]", ['support']],
    ['missing', null],
    ['urn:nothing:here', null],
    ['"*"', null],
  ];
  for (const [text, expected] of rows) t.same(compileExpression(text).evaluate(claims), expected, text);
  t.end();
});

t.test('nothing is inherited, nothing throws', (t) => {
  for (const text of ['constructor', 'toString', '__proto__', 'a.constructor', 'hasOwnProperty'])
    t.equal(compileExpression(text).evaluate({ a: {} }), null, text);
  t.equal(compileExpression('constructor').evaluate(JSON.parse('{"constructor":"mine"}')), 'mine');
  t.same(compileExpression('length(a)').tryOn({ a: 1 }).hasOwnProperty('failed'), true, 'says why');
  t.equal(compileExpression('length(a)').evaluate({ a: 1 }), null);
  for (const value of [undefined, null, 1, 'text', [1], () => 1])
    t.doesNotThrow(() => compileExpression('a.b').evaluate(value));
  t.end();
});

t.test('what is none is told', (t) => {
  t.equal(expressionFault('a.b[].c'), undefined);
  t.match(expressionFault('a['), /./);
  for (const text of ['!a.b', 'a && !b.c.d', '[?!a.b]'])
    t.match(expressionFault(text), /always nothing: write !\(a\.b\)/, text);
  for (const text of ['!(a.b)', '!a', '!a && b.c', 'not_null(a, !b).c', '!a[0]'])
    t.equal(expressionFault(text), undefined, text);
  t.throws(() => compileExpression('a[', { exactNames: false }));
  t.end();
});
