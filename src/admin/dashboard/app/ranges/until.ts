const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'short' });
const friday = 5;

/** When access that is given now ends. */
export interface End {
  readonly name: 'friday' | 'month' | 'never';
  readonly label: string;
  /** Undefined: never. */
  readonly at: string | undefined;
}

/** The ends that are offered: the week's, with a day or more to it; a month's; none. */
export function endsFrom(nowMs: number): readonly End[] {
  const days = ((friday - new Date(nowMs).getDay() + 6) % 7) + 1;
  const [week, month] = [endOfDay(nowMs, days), endOfDay(nowMs, 30)];
  return [
    { name: 'friday', label: `Until ${dayFormat.format(week)}`, at: week.toISOString() },
    { name: 'month', label: `For 30 days, until ${dayFormat.format(month)}`, at: month.toISOString() },
    { name: 'never', label: 'Without an end', at: undefined },
  ];
}

/** The last second of a day in the reader's own zone. */
function endOfDay(nowMs: number, daysLater: number): Date {
  const end = new Date(nowMs);
  end.setDate(end.getDate() + daysLater);
  end.setHours(23, 59, 59, 0);
  return end;
}
