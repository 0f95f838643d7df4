/** Without the given characters at its ends; by hand, since a pattern would look at each run of them twice. */
export function trimEnds(text: string, leading: string, trailing: string): string {
  let end = text.length;
  while (end > 0 && trailing.includes(text.charAt(end - 1))) end--;
  let start = 0;
  while (start < end && leading.includes(text.charAt(start))) start++;
  return end - start === text.length ? text : text.slice(start, end);
}
