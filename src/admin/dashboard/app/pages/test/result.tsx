import type { Explanation } from '../../api/types.ts';
import { scopeName } from '../../routes.ts';
import { outcomes, reasons } from './words.ts';

/** The decision in plain words, and every step that led to it. */
export function Result({ answer }: { readonly answer: Explanation }) {
  const { decision, steps } = answer;
  const outcome = outcomes[decision.outcome];
  return (
    <section class={`card result ${outcome.tone}`} aria-labelledby="result">
      <h2 id="result">{outcome.text}</h2>
      <p>
        {reasons[decision.reason] ?? decision.reason} <code>{decision.reason}</code>
      </p>
      {decision.outcome === 'forward' && decision.range !== undefined ? (
        <p>
          By a range of {scopeName(decision.range.scope)}: <code>{decision.range.id}</code>
        </p>
      ) : null}
      <h3>Step by step</h3>
      <ol class="steps">
        {steps.map((step, index) => (
          <li key={index}>
            <span class="step">{step.step}</span>
            <span>{step.result}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
