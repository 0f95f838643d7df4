import { originForm } from './target.ts';

/** More than this of a target says nothing more. */
const mostSegments = 12;
const mostNames = 8;
const longestWord = 32;

/** A word of the platform's: letters, as in `print-view`, `view.php` or `index.html`. A version is one too. */
const word = /^[A-Za-z][A-Za-z_-]*(?:\.[A-Za-z]{1,6}\d?)?$|^v\d{1,2}$/;
/** A parameter's name, also of a list or a map: `filter[from]`. */
const parameter = /^[A-Za-z_][A-Za-z_.-]*\d?(?:\[[A-Za-z_]*\])*$/;

/**
 * What a target looks like without what it names: segments that are no words are `:id`, of a query only names are
 * left. Bounded, and the same for all targets of one kind. A name that is made of letters alone stands as it is.
 */
export function shapeOf(target: string): string {
  const whole = originForm(target);
  const mark = whole.indexOf('?');
  const path = mark < 0 ? whole : whole.slice(0, mark);
  const segments = path.split('/', mostSegments + 2).slice(1);
  const shown = segments.slice(0, mostSegments).map(segmentShape);
  if (segments.length > mostSegments) shown.push('…');
  return `/${shown.join('/')}${mark < 0 ? '' : queryShape(whole.slice(mark + 1))}`;
}

function segmentShape(segment: string): string {
  if (segment === '' || (segment.length <= longestWord && word.test(segment))) return segment;
  const matrix = segment.indexOf(';');
  return matrix < 0 ? ':id' : `${segmentShape(segment.slice(0, matrix))};…`;
}

function queryShape(query: string): string {
  const names = new Set<string>();
  for (const pair of query.split('&', 4 * mostNames)) {
    if (names.size >= mostNames) break;
    const name = pair.split('=', 1)[0] ?? '';
    if (name !== '') names.add(name.length <= longestWord && parameter.test(name) ? name : ':name');
  }
  return names.size === 0 ? '' : `?${[...names].join('&')}`;
}

/** Images, fonts, styles and films; scripts too, but for those that are asked for something. */
const wordless = /\.(?:css|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|mp[34]|og[gv]|wav|webm)(?:\?|$)/i;
const script = /\.(?:m?js|map)(?:\?(?:(?:v|t|h|_|cb|ver|rev|hash|version)=)?[\w.-]*)?$/i;

/** False for a target whose name says that it shows no words. */
export function showsWords(target: string): boolean {
  return !wordless.test(target) && !script.test(target);
}
