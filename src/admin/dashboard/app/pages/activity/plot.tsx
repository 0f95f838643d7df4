import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import { outcomeKinds } from '../../parts/outcome.tsx';
import { heightsOf, type Bar } from './stack.ts';

interface PlotProps {
  readonly bars: readonly Bar[];
  readonly bucketSeconds: number;
  /** Hears of the time that was dragged over, in Unix seconds. */
  readonly onNarrow: (from: number, to: number) => void;
}

const height = 180;
/** Of a drag that is one. */
const leastPixels = 6;

/** The bars, on a canvas; a table beneath says the same. */
export function Plot(props: PlotProps) {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const box = ref.current;
    if (box === null) return undefined;
    let plot = draw(box, latest.current);
    // Colours are read once for each drawing.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const again = (): void => {
      plot.destroy();
      plot = draw(box, latest.current);
    };
    const resized = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height }));
    resized.observe(box);
    scheme.addEventListener('change', again);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', again);
      plot.destroy();
    };
  }, [JSON.stringify(props.bars)]);
  return <div ref={ref} class="plot" aria-hidden="true" />;
}

const dayText = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const clockText = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** A day by its date, where it begins. */
function tickText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const isMidnight = date.getHours() + date.getMinutes() === 0;
  return (isMidnight ? dayText : clockText).format(date);
}

function draw(box: HTMLElement, { bars, bucketSeconds, onNarrow }: PlotProps): UPlot {
  const color = (name: string): string => getComputedStyle(box).getPropertyValue(`--${name}`);
  const paths = UPlot.paths.bars?.({ size: [0.85, 60], align: 1 });
  const axis = { stroke: color('muted'), grid: { stroke: color('line') }, ticks: { stroke: color('line') } };
  const end = (bars.at(-1)?.at ?? 0) + bucketSeconds;
  const options: UPlot.Options = {
    ...{ width: box.clientWidth, height, legend: { show: false } },
    scales: {
      x: { range: () => [bars[0]?.at ?? 0, end] },
      y: { range: (_, _least, most) => [0, Math.max(4, most)] },
    },
    axes: [
      { ...axis, values: (_, splits) => splits.map(tickText) },
      { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 1e4, 1e5, 1e6] },
    ],
    series: [
      {},
      ...outcomeKinds.toReversed().map((kind) => ({
        ...{ label: kind, fill: color(`plot-${kind}`), width: 0, points: { show: false } },
        ...(paths && { paths }),
      })),
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: leastPixels },
    },
    hooks: {
      setSelect: [
        ({ select: { left, width }, posToVal }) => {
          if (width >= leastPixels) onNarrow(posToVal(left, 'x'), posToVal(left + width, 'x'));
        },
      ],
    },
  };
  const data = [bars.map(({ at }) => at), ...heightsOf(bars).map((row) => [...row])] as UPlot.AlignedData;
  return new UPlot(options, data, box);
}
