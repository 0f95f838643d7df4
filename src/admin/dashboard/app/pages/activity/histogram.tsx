import type { Summary } from '../../api/types.ts';
import { outcomeKinds, outcomeNames } from '../../parts/outcome.tsx';
import { When, amount } from '../../parts/time.tsx';
import { hrefOf } from '../../routes.ts';
import { narrowing, type ActivityFilter } from '../../state/activity-filter.ts';
import { Plot } from './plot.tsx';
import { barsOf, totalsOf, type Bar } from './stack.ts';

interface HistogramProps {
  readonly summary: Summary;
  readonly filter: ActivityFilter;
}

/** How often what was decided, over time; dragging over it narrows the time. */
export function Histogram({ summary, filter }: HistogramProps) {
  const bars = barsOf(summary);
  const totals = totalsOf(bars);
  const hrefBetween = (from: number, to: number): string =>
    hrefOf({ page: 'activity', filter: { ...narrowing(filter), from: timeOf(from), to: timeOf(to) } });
  return (
    <figure class="histogram">
      <figcaption class="legend">
        {outcomeKinds.map((kind) => (
          <span key={kind}>
            <span class={`swatch ${kind}`} aria-hidden="true" /> {outcomeNames[kind]}{' '}
            <strong>{amount(totals[kind])}</strong>
          </span>
        ))}
      </figcaption>
      <Plot
        bars={bars}
        bucketSeconds={summary.bucketSeconds}
        onNarrow={(from, to) => (location.hash = hrefBetween(from, to))}
      />
      <p class="hint">
        Drag over the bars to narrow the time.
        {summary.sampled > 1
          ? ` There are many: counted of one in ${amount(summary.sampled)}, and so about right.`
          : ''}
      </p>
      <details>
        <summary>The bars as a table</summary>
        <BarTable bars={bars} bucketSeconds={summary.bucketSeconds} hrefBetween={hrefBetween} />
      </details>
    </figure>
  );
}

function timeOf(seconds: number): string {
  return new Date(Math.round(seconds) * 1000).toISOString();
}

interface BarTableProps {
  readonly bars: readonly Bar[];
  readonly bucketSeconds: number;
  readonly hrefBetween: (from: number, to: number) => string;
}

/** Stretches without anything are left out. */
function BarTable({ bars, bucketSeconds, hrefBetween }: BarTableProps) {
  const some = bars.filter(({ counts }) => outcomeKinds.some((kind) => counts[kind] > 0));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="The bars">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">From</th>
            {outcomeKinds.map((kind) => (
              <th key={kind} scope="col">
                {outcomeNames[kind]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {some.map(({ at, counts }) => (
            <tr key={at}>
              <th scope="row">
                <a href={hrefBetween(at, at + bucketSeconds)}>
                  <When at={timeOf(at)} />
                </a>
              </th>
              {outcomeKinds.map((kind) => (
                <td key={kind}>{amount(counts[kind])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
