import { useEffect, useState } from 'preact/hooks';
import { getWhitelist } from '../../api/calls.ts';
import type { Explanation, RangeRecord } from '../../api/types.ts';
import { Steps } from '../../parts/steps.tsx';
import { spanText } from '../../ranges/effects.ts';
import { hrefOf, scopeName } from '../../routes.ts';
import { outcomes, reasons } from './words.ts';

/** The decision in plain words, and every step that led to it. */
export function Result({ answer }: { readonly answer: Explanation }) {
  const { decision, steps } = answer;
  const outcome = outcomes[decision.outcome];
  return (
    <section class={`card result ${outcome.tone}`} aria-labelledby="result">
      <h2 id="result">{outcome.text}</h2>
      <p>
        {reasons[decision.reason]} <code>{decision.reason}</code>
      </p>
      {decision.range === undefined ? null : <MatchedRange range={decision.range} />}
      <h3>Step by step</h3>
      <Steps steps={steps} />
    </section>
  );
}

type Match = NonNullable<Explanation['decision']['range']>;

/** The range that let the visitor in, as the list has it. */
function MatchedRange({ range }: { readonly range: Match }) {
  const [record, setRecord] = useState<RangeRecord>();
  useEffect(() => {
    setRecord(undefined);
    getWhitelist(range.scope, { q: range.id, limit: 10 })
      .then((page) => setRecord(page.ranges.find((entry) => entry.id === range.id)))
      .catch(() => undefined);
  }, [range.scope, range.id]);
  return (
    <p>
      By {record === undefined ? <code>{range.id}</code> : <strong>{spanText(record)}</strong>}
      {record?.note === undefined ? '' : ` (${record.note})`}, in the list of{' '}
      <a href={hrefOf({ page: 'whitelist', scope: range.scope })}>{scopeName(range.scope)}</a>.
    </p>
  );
}
