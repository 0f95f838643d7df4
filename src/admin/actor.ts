import type { FastifyRequest } from 'fastify';
import type { Principal, Via } from '../policy/principal.ts';
import { isBotId } from '../policy/resource.ts';
import type { ChangeScope } from '../changes/change.ts';

/** Nobody manages by a token in a URL. */
type ManagingVia = Exclude<Via, 'query' | 'protocol'>;

/** Who manages, as proven. */
export interface Actor {
  /** `session`: this door's own cookie; `static-token`: the configured one. */
  readonly via: ManagingVia | 'session' | 'static-token';
  readonly issuer?: string;
  readonly subject: string;
  readonly expiresAtMs?: number;
  readonly superAdmin: boolean;
  readonly ownedBots: ReadonlySet<string>;
}

const actors = new WeakMap<FastifyRequest, Actor>();

export function setActor(request: FastifyRequest, actor: Actor): void {
  actors.set(request, actor);
}

/** Who makes this request. Only routes behind the guard have one; asking elsewhere is a defect. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request);
  if (actor === undefined) throw new Error('a route without the admin guard asked who manages');
  return actor;
}

export const staticActor: Actor = {
  via: 'static-token',
  subject: 'static-token',
  superAdmin: true,
  ownedBots: new Set(),
};

/** True for the configured token, however it came: every token of an issuer names that issuer. */
export function isStatic(actor: Actor): boolean {
  return actor.issuer === undefined;
}

/** The actor that a principal is; undefined where it may manage nothing at all. */
export function actorFrom(principal: Principal, via?: 'session'): Actor | undefined {
  if (principal.kind !== 'known' || principal.admin === undefined) return undefined;
  const { via: by } = principal;
  if (by === 'query' || by === 'protocol') return undefined;
  const { superAdmin, ownedBots } = principal.admin;
  const owned = new Set([...ownedBots].filter(isBotId));
  if (!superAdmin && owned.size === 0) return undefined;
  const { issuer, subject, expiresAtMs } = principal;
  return { via: via ?? by, issuer, subject, expiresAtMs, superAdmin, ownedBots: owned };
}

/** The actor's name in the change log. */
export function nameOf(actor: Actor): string {
  return actor.issuer === undefined ? actor.subject : `${actor.subject} (${actor.issuer})`;
}

export function mayManage(actor: Actor, scope: ChangeScope): boolean {
  return actor.superAdmin || (scope.startsWith('bot:') && actor.ownedBots.has(scope.slice(4)));
}
