// Opens the links of the demo as a browser does, and compares what they show with what they say.

const browser = {
  accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** Follows redirects with a cookie jar, but stops at one to a login page without a person: that is a prompt. */
async function open(url) {
  let cookie = '';
  for (let next = url, hops = 0; hops < 6; hops += 1) {
    const response = await fetch(next, {
      headers: { ...browser, ...(cookie ? { cookie } : {}) },
      redirect: 'manual',
    });
    await response.arrayBuffer();
    const set = response.headers.getSetCookie().map((text) => text.split(';')[0]);
    if (set.length > 0) cookie = set.join('; ');
    const location = response.headers.get('location');
    if (location === null || (location.includes('/login') && !location.includes('as='))) return response;
    next = new URL(location, next).href;
  }
  throw new Error('it redirects for ever');
}

/** What the platform was told of the last request that reached it. */
async function lastDecision(platformUrl) {
  const { rawHeaders } = await (await fetch(`${platformUrl}/debug/last`)).json();
  const at = rawHeaders.findIndex(
    (text, index) => index % 2 === 0 && text.toLowerCase() === 'x-gateway-decision',
  );
  return rawHeaders[at + 1];
}

async function checkLink({ url, status, reason, decision }, platformUrl) {
  const response = await open(url);
  if (response.status !== status) return `${response.status} instead of ${status}`;
  const said = response.headers.get('x-gateway-reason') ?? undefined;
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
