// Turns the runs of a benchmark into medians, ratios, a table and a plot.

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

/** Undefined of nothing. */
const spread = (numbers) =>
  numbers.length === 0
    ? undefined
    : { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) };

/** One row for each case and candidate; ratios are the gateway's figure to the candidate's, round by round. */
export function summarise(results) {
  const labels = [...new Set(results.map(({ label }) => label))];
  return labels.flatMap((label) => {
    const own = results.filter((run) => run.label === label && run.name === 'gateway' && !run.wrong);
    const names = [...new Set(results.filter((run) => run.label === label).map(({ name }) => name))];
    return names.map((name) => rowOf(label, name, results, own));
  });
}

const timed = new Set(['perSecond', 'p50', 'p99']);

function rowOf(label, name, results, own) {
  const runs = results.filter((run) => run.label === label && run.name === name && !run.wrong);
  if (runs.length === 0) return { label, name, wrong: true };
  // Of a round in which the generator or the platform was the bottleneck only the cost counts.
  const counts = (run, key) => run?.[key] && !(run.isFull && timed.has(key));
  const ratio = (key) =>
    spread(
      runs.flatMap((run, i) => (counts(own[i], key) && counts(run, key) ? [own[i][key] / run[key]] : [])),
    );
  const figure = (key) => spread(runs.filter((run) => counts(run, key)).map((run) => run[key]));
  return {
    label,
    name,
    perSecond: figure('perSecond'),
    cpuMicros: figure('cpuMicros'),
    p50: figure('p50'),
    p99: figure('p99'),
    resident: figure('resident'),
    failed: runs.reduce((sum, run) => sum + run.failed, 0),
    void: runs.filter((run) => run.isFull).length,
    perSecondRatio: ratio('perSecond'),
    cpuRatio: ratio('cpuMicros'),
  };
}

const round = (value, digits = 0) => (value === undefined ? '' : value.toFixed(digits));
const ranged = ({ median, min, max } = {}, digits = 0) =>
  median === undefined ? '' : `${round(median, digits)} (${round(min, digits)}–${round(max, digits)})`;

/** Markdown. */
export function asTable(rows) {
  const head = [
    'case',
    'candidate',
    'requests/s',
    'CPU µs a request',
    'p50 µs',
    'p99 µs',
    'gateway ÷ it: requests/s',
    'gateway ÷ it: CPU',
    'MiB',
    'failed',
    'void rounds',
  ];
  const lines = rows.map((row) =>
    row.wrong
      ? [row.label, row.name, 'does not answer right', ...Array(head.length - 3).fill('')]
      : [
          row.label,
          row.name,
          ranged(row.perSecond),
          ranged(row.cpuMicros),
          round(row.p50?.median),
          round(row.p99?.median),
          ranged(row.perSecondRatio, 2),
          ranged(row.cpuRatio, 2),
          round(row.resident && row.resident.median / 2 ** 20),
          String(row.failed),
          String(row.void),
        ],
  );
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** Bars of processor time a request, one group a case; readable on light and dark ground. */
export function asPlot(rows) {
  const bars = rows.filter((row) => row.cpuMicros !== undefined);
  const longest = Math.max(...bars.map((row) => row.cpuMicros.median));
  let y = 10;
  let label = '';
  const parts = [];
  for (const row of bars) {
    if (row.label !== label) {
      label = row.label;
      parts.push(
        `<text x="10" y="${(y += 28)}" font-weight="bold">${escape(label)}: CPU µs a request</text>`,
      );
    }
    y += 20;
    const width = Math.max(1, (row.cpuMicros.median / longest) * 420);
    const colour = row.name.startsWith('gateway') ? '#2f6fde' : '#8a8f98';
    parts.push(`<text x="250" y="${y}" text-anchor="end">${escape(row.name)}</text>`);
    parts.push(
      `<rect x="258" y="${y - 11}" width="${width.toFixed(1)}" height="14" rx="2" fill="${colour}"/>`,
    );
    parts.push(`<text x="${(264 + width).toFixed(1)}" y="${y}">${row.cpuMicros.median.toFixed(0)}</text>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${y + 20}" font-family="system-ui, sans-serif" font-size="13" fill="#777">\n${parts.join('\n')}\n</svg>\n`;
}
