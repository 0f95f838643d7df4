import type { Explanation } from '../api/types.ts';
import { hrefOf, scopeName } from '../routes.ts';

/** Every step that led to a decision. */
export function Steps({ steps }: Pick<Explanation, 'steps'>) {
  return (
    <dl class="steps">
      {steps.map((step, index) => (
        <div key={index} class={step.result === 'does not apply' ? 'idle' : undefined}>
          <dt>{step.step}</dt>
          <dd>
            {step.result}
            {step.scope === undefined ? null : (
              <>
                {' '}
                <a href={hrefOf({ page: 'whitelist', scope: step.scope })}>{scopeName(step.scope)}</a>
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
