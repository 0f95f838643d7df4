import type { Step } from '../access/question.ts';
import { describeToken } from '../identity/describe.ts';
import { actorOf } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import { attemptsOf } from './attempts.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { IdentityBody } from './schemas.ts';
import { sendNotYours } from './scope.ts';
import { viewPrincipal } from './views.ts';

const BODY_LIMIT = 256 * 1024;
/** Shorter ones are words of the answer as well. */
const MIN_HIDDEN_LENGTH = 8;

/** What the gateway makes of a credential: the super admin's, since expressions show what platforms answer. */
export function identityRoute(app: AdminApp, options: AdminOptions): void {
  const schema = {
    summary: 'What the gateway makes of a credential, step by step',
    body: IdentityBody,
    response: { 200: ApiAnswers.identity },
  };
  app.post('/identity', { schema, bodyLimit: BODY_LIMIT }, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    const credential = request.body.credential.trim();
    const { headers, places } = attemptsOf(credential, options.identity.places());
    const host = options.siteUrl();
    const steps: Step[] = [];
    for (const attempt of places) {
      const sent = [
        ...headers,
        ...attempt.headers,
        ...(host === undefined ? [] : ['host', new URL(host).host]),
      ];
      const tried = await options.identity.attempt({ ...attempt, headers: sent });
      const own = [{ step: 'presented', result: attempt.place }, ...tried.steps];
      const { principal } = tried;
      const isDecided = principal.kind === 'known' || principal.kind === 'undetermined';
      if (isDecided) steps.length = 0;
      steps.push(...own);
      if (!isDecided && attempt !== places.at(-1)) continue;
      const said = [{ step: 'credential', result: describeToken(bare(credential)) }, ...steps];
      if (principal.kind === 'known') said.push(...claimSteps(options, principal.issuer, bare(credential)));
      return {
        known: principal.kind === 'known',
        principal: viewPrincipal(principal),
        steps: hide(said, credential),
      };
    }
    return { known: false, principal: {}, steps: [] };
  });
}

function claimSteps(options: AdminOptions, issuer: string, token: string): Step[] {
  return options.identity.claims(issuer, token).map((result) => ({ step: 'claim', result }));
}

/** A token without what stands before it: a header's name and scheme, or a cookie's name. */
function bare(credential: string): string {
  return credential
    .replace(/^[\w-]+:\s*/, '')
    .replace(/^(?:bearer|jwt|token)\s+/i, '')
    .replace(/^[\w.-]+=(?=eyJ)/, '');
}

/** Nothing of the credential comes back, whatever a platform answers with. */
function hide(steps: readonly Step[], credential: string): Step[] {
  const secrets = credential.split(/[\s;=,]+/).filter((text) => text.length >= MIN_HIDDEN_LENGTH);
  return steps.map(({ step, result }) => ({
    step,
    result: secrets.reduce((text, secret) => text.replaceAll(secret, '…'), result),
  }));
}
