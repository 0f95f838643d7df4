import type { Verdict } from './case.ts';

type Difference = readonly [verdict: Verdict, why: string];

const parser =
  'the parser of Node takes it, as RFC 9112 section 3 allows: nothing that comes after it sees the bytes';
const spaces = 'spaces and tabs around a value are no part of it (RFC 9110 section 5.5)';
const encoded =
  'a path may name any byte in percent-encoding: platforms have such links, and no guarded one is among them';
const trailer = 'trailers are read and dropped: the platform never sees one';
const bodies =
  'a body has no meaning here, but is allowed, and is forwarded as the body that it is (RFC 9110 section 9.3)';
const platforms = 'for the platform to say: the gateway passes the question and the answer on';
const interim = 'the platform is asked first: the body is waited for by 100 (RFC 9110 section 10.1.1)';

/** Where the gateway is not of the suite's opinion, and why; all other cases pass. */
export const differs: Readonly<Record<string, Difference>> = {
  'RFC9112-3-MULTI-SP-REQUEST-LINE': ['warn', parser],
  'COMP-LEADING-CRLF': ['warn', 'an empty line before a request is to be ignored (RFC 9112 section 2.2)'],
  'COMP-DUPLICATE-CT': [
    'warn',
    'guarded bodies are refused where their type is said twice; others are the platform’s',
  ],
  'SMUG-CL-TRAILING-SPACE': ['warn', spaces],
  'SMUG-CL-EXTRA-LEADING-SP': ['warn', spaces],
  'MAL-CL-TAB-BEFORE-VALUE': ['warn', spaces],
  'MAL-URL-PERCENT-NULL': ['warn', encoded],
  'MAL-URL-PERCENT-CRLF': ['warn', encoded],

  'COMP-GET-WITH-CL-BODY': ['warn', bodies],
  'SMUG-HEAD-CL-BODY': ['warn', bodies],
  'SMUG-OPTIONS-CL-BODY': ['warn', bodies],
  'COMP-HTTP10-NO-HOST': ['warn', 'HTTP/1.0 knows no Host, and balancers ask for health without'],
  'COMP-HTTP12-VERSION': ['fail', 'the parser of Node knows 1.0 and 1.1, and refuses all else with 400'],
  'COMP-ACCEPT-NONSENSE': ['warn', platforms],
  'MAL-RANGE-OVERLAPPING': ['warn', platforms],
  'SMUG-TRANSFER_ENCODING': ['warn', 'dropped: no platform gets to read it as another name'],
  'SMUG-EXPECT-100-CL': ['fail', interim],
  'SMUG-EXPECT-100-CL-DESYNC': ['warn', interim],
  'SMUG-TRAILER-HOST': ['warn', trailer],
  'SMUG-TRAILER-AUTH': ['warn', trailer],
  'SMUG-TRAILER-CONTENT-TYPE': ['warn', trailer],
};
