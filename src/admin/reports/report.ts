/** A value of a row; what is absent is left out. */
export type Value = string | number | boolean | undefined;
export type Row = Readonly<Record<string, Value>>;

/** A report, whatever it is written as. */
export interface Report {
  readonly title: string;
  /** What it is about, as label and text. */
  readonly about: readonly (readonly [label: string, text: string])[];
  /** The members of its rows, in order, with what a page calls them. */
  readonly columns: readonly (readonly [name: string, label: string])[];
  /** A page of rows at a time, so that a report may be of any length. */
  readonly pages: AsyncIterable<readonly Row[]>;
  /** Sentences on what it lacks. */
  readonly lacks: readonly string[];
}

export const formats = ['json', 'csv', 'html'] as const;
export type Format = (typeof formats)[number];

export const types: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
};
