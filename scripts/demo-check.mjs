// Opens the links of the demo as a browser does, and compares what they show with what they say.

import { get } from 'node:http';

const browser = {
  accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** One request; not by `fetch`, which says of itself that it is no page navigation. */
function request(url, cookie) {
  return new Promise((resolve, reject) => {
    const headers = { ...browser, ...(cookie ? { cookie } : {}) };
    get(url, { headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response));
    }).on('error', reject);
  });
}

/** Follows redirects with a cookie jar, but stops at one to a login page without a person: that is a prompt. */
async function open(url) {
  let cookie = '';
  for (let next = url, hops = 0; hops < 6; hops += 1) {
    const response = await request(next, cookie);
    const { location, 'set-cookie': set = [] } = response.headers;
    if (set.length > 0) cookie = set.map((text) => text.split(';')[0]).join('; ');
    if (location === undefined || (location.includes('/login') && !location.includes('as='))) return response;
    next = new URL(location, next).href;
  }
  throw new Error('it redirects for ever');
}

/** What the platform was told of the last request for a visitor; the gateway asks it some things for itself. */
async function lastDecision(platformUrl) {
  const requests = await (await fetch(`${platformUrl}/debug/requests`)).json();
  const told = requests.map(({ rawHeaders }) => {
    const at = rawHeaders.findIndex(
      (text, index) => index % 2 === 0 && text.toLowerCase() === 'x-gateway-decision',
    );
    return at < 0 ? undefined : rawHeaders[at + 1];
  });
  return told.findLast((decision) => decision !== undefined);
}

async function checkLink({ url, status, reason, decision }, platformUrl) {
  const response = await open(url);
  if (response.statusCode !== status) return `${response.statusCode} instead of ${status}`;
  const said = response.headers['x-gateway-reason'];
  if (reason !== undefined && said !== reason) return `${said} instead of ${reason}`;
  const told = decision === undefined ? undefined : await lastDecision(platformUrl);
  return told === decision ? undefined : `${told} instead of ${decision}`;
}

/** True where every link shows what it says; says which does not. */
export async function checkLinks(groups, platformUrl) {
  let right = true;
  for (const link of groups.flatMap(({ links }) => links)) {
    const wrong = await checkLink(link, platformUrl).catch((error) => error.message);
    console.log(
      `${wrong === undefined ? 'shows it' : 'WRONG   '}  ${link.url}${wrong === undefined ? '' : `: ${wrong}`}`,
    );
    right &&= wrong === undefined;
  }
  return right;
}
