/** Bytes that an image of each kind starts with. */
const starts: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
  [
    'image/svg+xml',
    /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*(?:<!DOCTYPE[^>]*>\s*)?<svg[\s>]/i,
  ],
];

/** It is a part of every page. */
export const mostLogoBytes = 65_536;

/** The media type of an image that browsers show; undefined for anything else. */
export function imageType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 2_048)).toString('latin1');
  return starts.find(([, pattern]) => pattern.test(start))?.[0];
}

/** The image as a URL of its own: the page loads nothing. */
export function logoUrl(bytes: Uint8Array): string | undefined {
  const type = imageType(bytes);
  return type === undefined ? undefined : `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}
