import type { ClientIp } from './client-ip.ts';
import type { PolicyDefaults, PolicyView } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Decision } from './reason.ts';
import type { Resource } from './resource.ts';

/** Everything that a decision depends on but the policy and the time. */
export interface Asked {
  /** A true CORS preflight: OPTIONS with Origin and Access-Control-Request-Method. */
  readonly preflight: boolean;
  readonly resource: Resource;
  readonly principal: Principal;
  readonly client: ClientIp;
}

/** The configured part of the rules of decision. */
export interface DecideOptions {
  readonly otherPaths: 'forward' | 'reject';
  /** False where no issuer is configured: nobody is asked to log in. */
  readonly canLogIn: boolean;
  readonly defaults: PolicyDefaults;
}

export type Decide = (asked: Asked, view: PolicyView, options: DecideOptions, nowMs: number) => Decision;
