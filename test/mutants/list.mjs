// Weakenings of the guard: what, where (from, to), and which tests must notice.
const frames = ['test/gateway/hostile-frames.test.ts'];
const canaries = ['test/gateway/canaries.test.ts', 'test/gateway/canary-streams.test.ts'];
const tunnels = ['test/gateway/canary-streams.test.ts'];
const kinds = ['test/gateway/kinds.test.ts', 'test/reading/kinds.test.ts'];
const channels = ['test/reading/frames/channels.test.ts', 'test/reading/frames/calls.test.ts'];
const decide = ['test/policy/decide.test.ts', 'test/policy/oracle.test.ts'];
const whitelist = ['test/policy/whitelist.test.ts'];
const targets = ['test/reading/targets.test.ts'];
const ask = ['test/access/authorize.test.ts', 'test/access/explain.test.ts'];
const tokens = ['test/identity/tokens.test.ts'];
const verifier = ['claims', 'cookies', 'verifier', 'mistakes'].map((name) => `test/identity/${name}.test.ts`);
const wire = ['wire', 'wire-headers', 'wire-forged-headers', 'wire-refusals', 'wire-broken'].map(
  (name) => `test/gateway/${name}.test.ts`,
);
const sockets = ['test/gateway/websocket.test.ts'];
const limits = ['limits', 'proxy-protocol', 'hostile-tokens', 'shared-limits'].map(
  (name) => `test/gateway/${name}.test.ts`,
);
const answers = ['test/gateway/answers.test.ts'];
const admin = ['who-may', 'owners', 'sign-in'].map((name) => `test/admin/${name}.test.ts`);

/** One row a mutant: what is weaker, the file, the text that is there once, what stands there instead, who notices. */
// prettier-ignore
const rows = [
  ['an ambiguous target is not guarded', 'src/policy/decide.ts', "return traced(trace, 'target', deny('path-ambiguous'));", "return traced(trace, 'target', forward('not-guarded'));", decide],
  ['no bot id is not guarded', 'src/policy/decide.ts', "return traced(trace, 'bot id', deny('bot-unresolved'));", "return traced(trace, 'bot id', forward('not-guarded'));", decide],
  ['what is not open is forwarded', 'src/policy/decide.ts', "otherPaths === 'forward' || open ?", "otherPaths === 'forward' || !open ?", decide],
  ['a bad bearer falls back', 'src/policy/decide.ts', "return principal.kind === 'refused' ? login(principal.reason) : undefined;", 'return undefined;', decide],
  ['unknown keys are a stranger', 'src/policy/decide.ts', "if (principal.kind !== 'undetermined') return undefined;", 'if (principal) return undefined;', decide],
  ['an unknown policy is no matter', 'src/policy/decide.ts', '!view.known && resource.route.whitelist ?', 'false ?', decide],
  ['a preflight of what cannot be read', 'src/policy/decide.ts', "resource.kind !== 'other' && resource.kind !== 'ambiguous';", "resource.kind !== 'other';", decide],
  ['the bot of a member is not asked', 'src/policy/grants.ts', ': hasBot(issuerBots, resource.bot) && hasBot(member.bots, resource.bot);', ': hasBot(issuerBots, resource.bot);', decide],
  ['the issuer’s bots are not asked', 'src/policy/grants.ts', ': hasBot(issuerBots, resource.bot) && hasBot(member.bots, resource.bot);', ': hasBot(member.bots, resource.bot);', decide],
  ['a contact of any bot', 'src/policy/grants.ts', "principal.kind !== 'known' || !hasBot(principal.issuerBots, resource.bot)", "principal.kind !== 'known'", decide],
  ['a contact sees others', 'src/policy/grants.ts', '(contact.id !== undefined && contact.id === named)', 'contact.id !== undefined', decide],
  ['one conversation of theirs is enough', 'src/policy/grants.ts', 'conversations.every((id)', 'conversations.some((id)', decide],
  ['an address opens every route', 'src/policy/grants.ts', 'if (!resource.route.whitelist) return', 'if (settings === undefined) return', decide],
  ['requireLogin is not asked', 'src/policy/grants.ts', "!settings.requireLogin || principal.kind === 'known'", 'true', decide],
  ['a bot cannot opt out', 'src/policy/grants.ts', "settings.inheritPlatform || resource.kind === 'platform';", 'true;', decide],
  ['the list of one bot opens sockets', 'src/policy/grants.ts', "resource.route.reach === 'anyBot' && listed", 'listed', decide],
  ['a link alone opens what is of any bot', 'src/policy/grants.ts', 'if (resource.route.reach !== undefined) return undefined;', '', decide],
  ['any contact opens what is of any bot', 'src/policy/grants.ts', "resource.route.contacts === true && ", '', decide],
  ['a list that is off counts', 'src/policy/grants.ts', "client.status !== 'ipv4' || !isEnabled(view, scope)", "client.status !== 'ipv4'", decide],
  ['an open link opens routes without whitelist', 'src/policy/grants.ts', 'return resource.route.whitelist && !listed &&', 'return !listed &&', decide],
  ['an open link beside a list', 'src/policy/grants.ts', 'resource.route.whitelist && !listed &&', 'resource.route.whitelist &&', decide],
  ['open by default', 'src/policy/policy.ts', "platform.whenOff ?? 'members'", "platform.whenOff ?? 'anyone'", decide],
  ['before the first policy the defaults count', 'src/policy/policy.ts', "if (policy === undefined) return 'enforce';", 'if (policy === undefined) return defaults.mode;', decide],
  ['the end of a range is not looked at', 'src/policy/compiled.ts', 'if (found < 0 || ip > at(starts, count + found)) return -1;', 'if (found < 0) return -1;', whitelist],
  ['ranges never expire', 'src/policy/compiled.ts', 'return until === NEVER || nowMs < until * 1000 ? position : -1;', 'return until >= 0 ? position : -1;', whitelist],
  ['a form beside the query is not seen', 'src/reading/body.ts', 'if (!hasBody(rawHeaders)) return false;', 'if (hasBody(rawHeaders)) return false;', ask],
  ['only the first type counts', 'src/reading/body.ts', 'types.some((type) => ANY_FORM', 'types.slice(0, 1).some((type) => ANY_FORM', ask],
  ['every OPTIONS is a preflight', 'src/access/authorize.ts', "    firstOf(headers, 'access-control-request-method') !== undefined", '    true', ask],
  ['two bots are one', 'src/reading/contradiction.ts', "if (bots.size > 1) return 'Its readings name two bots.';", '', targets],
  ['no second opinion on a bot', 'src/reading/beside-path.ts', "if (id !== 'conversationId' && found.spellings > 1) {", "if (id !== 'conversationId' && found.spellings > 9) {", targets],
  ['a key twice is one key', 'src/reading/beside-path.ts', "} else if (id !== 'conversationId' && found.times > 1) {", "} else if (id !== 'conversationId' && found.times > 9) {", targets],
  ['a contact’s route and another are one', 'src/reading/contradiction.ts', 'contactRoutes.length > 0 && contactRoutes.length < routes.length', 'contactRoutes.length > routes.length', targets],
  ['two contacts are one', 'src/reading/contradiction.ts', "if (contacts.size > 1) return 'Its readings name two contacts.';", '', targets],
  ['an encoded ? hides a query', 'src/reading/judge.ts', '(?:3[bf]|26)', '(?:3b|26)', targets],
  ['one decoding is enough', 'src/reading/closure.ts', 'export const MAX_DEPTH = 3;', 'export const MAX_DEPTH = 1;', targets],
  ['a fragment is read', 'src/reading/target-form.ts', "if (origin.includes('#'))", "if (origin.includes('##'))", targets],
  ['a backslash is read', 'src/reading/target-form.ts', "if (path.includes('\\\\'))", "if (path.includes('\\\\\\\\'))", targets],
  ['a bad percent sign is read', 'src/reading/target-form.ts', 'if (hasBadPercent(path))', 'if (hasBadPercent(path) && !path)', targets],
  ['a user name before the host', 'src/reading/target-form.ts', "if (authority.includes('@'))", "if (authority.includes('@@'))", [...wire, ...targets]],
  ['letter case of a literal counts', 'src/reading/literal.ts', 'segment.toLowerCase() === folded) return', 'segment === folded) return', targets],
  ['a rewritten query is not read', 'src/reading/path-readings.ts', '[has.AMPERSAND, injected],', '', targets],
  ['a member in an id names no bot', 'src/reading/bot-ids.ts', "if (joined || (!contactId", "if (!joined || (!contactId", targets],
  ['what is stripped hides a literal', 'src/reading/literal.ts', "bares.includes(bare) ? 'bare'", "bares.includes(bare) ? 'none'", targets],
  ['a program counts at the start only', 'src/reading/path-readings.ts', '/\\/[^/]*\\.(?:php', '/^\\/[^/]*\\.(?:php', targets],
  ['an exception in an odd spelling', 'src/reading/target.ts', 'if (isPlain && route.except !== undefined', 'if (route.except !== undefined', ['test/reading/except.test.ts']],
  ['a reading is plain, whatever its target', 'src/reading/target.ts', 'readings.length === 1 && !ODD.test(form.path)', 'readings.length > 0', ['test/reading/except.test.ts']],
  ['a stray host is no host', 'src/reading/target.ts', '|| isStray(known, hosts)', '', ['test/reading/routes.test.ts', 'test/reading/beside-path.test.ts']],
  ['a member in two cases', 'src/reading/body.ts', 'value === undefined || hasTwins(value)', 'value === undefined', ['test/reading/routes.test.ts', 'test/reading/beside-path.test.ts']],
  ['no aud', 'src/identity/claims.ts', "if (!forAudience(own(claims, 'aud'), rules.audiences)) return", "if (!forAudience(own(claims, 'aud'), rules.audiences) && !rules.audiences) return", tokens],
  ['an ID token is an access token', 'src/identity/claims.ts', "!isOfKind(own(claims, 'typ'), kinds) ||", '', tokens],
  ['a logout token is an access token', 'src/identity/claims.ts', "if (Object.hasOwn(claims, 'events'))", "if (Object.hasOwn(claims, 'event'))", tokens],
  ['iat may be in the future', 'src/identity/claims.ts', 'Math.max(times.nbf ?? -Infinity, times.iat ?? -Infinity)', '(times.nbf ?? -Infinity)', tokens],
  ['a time may be a string', 'src/identity/claims.ts', "return typeof value === 'number' && Math.abs(value) <= LAST_SECOND;", 'return Math.abs(Number(value)) <= LAST_SECOND;', tokens],
  ['crit is not looked at', 'src/identity/token.ts', "['crit', 'b64',", "['b64',", tokens],
  ['any type of token', 'src/identity/token.ts', "if (type !== undefined && !(typeof type === 'string' &&", "if (type === '' && !(typeof type === 'string' &&", tokens],
  ['base64url of two spellings', 'src/identity/token.ts', 'return (last & 0x03) === 0;', 'return true;', tokens],
  ['a member twice', 'src/json.ts', "if (Object.hasOwn(members, name)) throw", "if (name === '' && Object.hasOwn(members, name)) throw", tokens],
  ['an expired token', 'src/identity/validity.ts', "if (nowMs >= known.expiresAtMs) return bad('expired', known.issuer);", '', tokens],
  ['two people are one', 'src/identity/cookies.ts', "return onePerson ? first : nobody(bad('two-people', first.issuer));", 'return first;', verifier],
  ['grants are not asked', 'src/identity/grants.ts', "rules.grants.has('member') ?", "rules.grants.size > 0 ?", verifier],
  ['an e-mail address is a contact', 'src/identity/grants.ts', "/[\\s\\p{C}]/u.test(id) || looksLikeEmail(id) ?", '/[\\s\\p{C}]/u.test(id) ?', verifier],
  ['a super admin of some bots', 'src/identity/grants.ts', "const superAdmin = hasRole && rules.bots === 'all';", 'const superAdmin = hasRole;', verifier],
  ['the gateway’s names pass', 'src/gateway/header-names.ts', 'own.test(plain) ||', '', wire],
  ['underscore spellings pass', 'src/gateway/identity-headers.ts', ".replace(/[^a-z0-9]/g, '-')", ".replace(/[^a-z0-9_]/g, '-')", wire],
  ['overrides pass', 'src/gateway/header-names.ts', '|| overrides.test(plain))', ')', wire],
  ['variables of CGI pass', 'src/gateway/header-names.ts', "if (variables.test(plain)) return 'drop';", '', wire],
  ['a frame without a mask', 'src/reading/frames/wire.ts', 'if (!isMasked || ', 'if (', frames],
  ['a compressed frame', 'src/reading/frames/wire.ts', '(first & 0x70) !== 0 || ', '', frames],
  ['a subscription that is refused goes on', 'src/gateway/frame-guard.ts', 'return this.#refuse(why ?? reasonOf(answer));', 'return true;', frames],
  ['a tunnel that is not read goes on', 'src/access/leases.ts', ' && readsAlike(lease, now)', '', frames],
  ['sockets that are judged are polled', 'src/reading/judge.ts', 'upgrade === false || (headers !== undefined && !agreesOnFrames(headers))', 'false', frames],
  ['a handshake of an older draft', 'src/reading/judge.ts', '(headers !== undefined && !agreesOnFrames(headers))', 'false', frames],
  ['an answer in place of a judged socket is shown', 'src/gateway/frame-guard.ts', 'return isRead && enforced &&', 'return isRead && !enforced &&', frames],
  ['a channel that no entry names', 'src/reading/frames/channels.ts', "return { kind: 'unresolved', why: 'Its route has no channel of this name.', route };", "return { kind: 'platform', route };", channels],
  ['a condition that cannot be asked does not count', 'src/reading/frames/channels.ts', "'failed' in result ||", "!('failed' in result) &&", channels],
  ['everybody opens a judged socket', 'src/reading/judge.ts', 'return first.frames.forAnyone ?', 'return first ?', channels],
  ['a batch of messages is its first', 'src/reading/frames/ddp.ts', 'calls.push(...found);', 'return found;', channels],
  ['a judged socket and one that is not', 'src/reading/judge.ts', ' && more.every((other) => other?.frames === undefined)', '', channels],
  ['one bot and any are one', 'src/reading/contradiction.ts', 'if (ofAny.length > 0 && ofAny.length < routes.length)', 'if (ofAny.length > routes.length)', kinds],
  ['a socket is for every list, as a file is', 'src/reading/route-names.ts', "return kind === 'file' ? 'anyBot' : 'platform';", "return 'anyBot';", kinds],
  ['an address opens a link without its key', 'src/policy/link.ts', "if (keyless) return 'keyless';", '', ['test/policy/links.test.ts']],
  ['no link is too old', 'src/policy/link.ts', 'nowMs < firstSeenMs + maxAgeSeconds * 1000', 'nowMs < Infinity', ['test/policy/links.test.ts']],
  ['a link of unknown age is new', 'src/policy/link.ts', "if (typeof firstSeenMs !== 'number') return 'unknown';", "if (typeof firstSeenMs !== 'number') return 'counts';", ['test/policy/links.test.ts']],
  ['one reading with a key is enough', 'src/reading/link-key.ts', 'if (!has) named.keyless = true;', '', ['test/reading/links.test.ts']],
  ['explain shows a link', 'src/reading/target.ts', 'hasLink(guarded)', 'false', ['test/reading/links.test.ts']],
  ['data leads to the login page', 'src/gateway/enforce.ts', "routeOf(resource)?.kind === 'data' ? 'program' : askerOf(", 'askerOf(', kinds],
  ['an exception of one route is one of all', 'src/reading/target.ts', 'matchesOpen(route.except, segments)) continue;', 'matchesOpen(route.except, segments)) break;', ['test/reading/except.test.ts']],
  ['a canary in what is guarded', 'src/gateway/canaries/watched.ts', "if (resource.kind !== 'other') return undefined;", '', canaries],
  ['a canary that is refused passes', 'src/gateway/canaries/watched.ts', "if (action === 'refuse') way.refuse(refusedFor(name));", '', canaries],
  ['a coding hides a canary', 'src/gateway/canaries/watched.ts', "coding === '' || coding === 'identity'", "coding !== 'gzip'", canaries],
  ['what may begin a canary is passed on', 'src/gateway/canaries/answer-watch.ts', 'Math.min(this.#finder.open, mostHeldBytes)', 'Math.min(this.#finder.open, 0)', canaries],
  ['a canary in a tunnel passes', 'src/gateway/canaries/tunnel-watch.ts', "if (action !== 'refuse') return;", 'if (action) return;', tunnels],
  ['a compressed message has no end', 'src/gateway/canaries/tunnel-watch.ts', 'if (endsMessage && !this.#isOver) this.#decode(messageEnd);', '', tunnels],
  ['a ping is a part of the message', 'src/reading/frames/server-frames.ts', 'this.#isData = opcode < 8;', 'this.#isData = opcode < 16;', tunnels],
  ['only the first frame of a message is compressed', 'src/reading/frames/server-frames.ts', 'if (opcode !== 0) this.#isCompressed', 'this.#isCompressed', tunnels],
  ['two Hosts', 'src/gateway/inspect.ts', 'return hosts > 1 || authorizations > 1', 'return authorizations > 1', wire],
  ['two Authorizations', 'src/gateway/inspect.ts', 'return hosts > 1 || authorizations > 1', 'return hosts > 1', wire],
  ['TRACE', 'src/gateway/inspect.ts', "if (request.method === 'TRACE')", "if (request.method === 'TRACED')", wire],
  ['any Origin opens a WebSocket', 'src/gateway/origin-check.ts', 'if (publicUrl !== null) return sameOrigin(origin, publicUrl);', 'if (publicUrl !== null) return true;', sockets],
  ['an untrusted peer may speak PROXY', 'src/gateway/connections.ts', 'else if (isTrustedPeer(address))', "else if (address !== '')", limits],
  ['transcripts are kept by caches', 'src/gateway/response-headers.ts', "kept.push('Cache-Control', 'no-store');", '', answers],
  ['a cookie alone may write', 'src/admin/guard.ts', '&& isAmbientActor(actor) &&', '&& !isAmbientActor(actor) &&', admin],
  ['an owner manages every bot', 'src/admin/actor.ts', "(scope.startsWith('bot:') && actor.ownedBots.has(scope.slice(4)))", "scope.startsWith('bot:')", admin],
];

export const mutants = rows.map(([what, file, from, to, tests]) => ({ what, file, from, to, tests }));
