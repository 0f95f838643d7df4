import { settingsFor, strictestMode, type PolicyDefaults, type PolicyView, type Settings } from './policy.ts';
import type { Resource } from './resource.ts';

/** A transcript's are its bot's; what names no single bot is enforced as soon as one that it could name is. */
export function settingsInForce(resource: Resource, view: PolicyView, defaults: PolicyDefaults): Settings {
  if (resource.kind === 'transcript') return settingsFor(view, defaults, resource.bot);
  const bots = 'bots' in resource ? resource.bots : undefined;
  return { ...settingsFor(view, defaults), mode: strictestMode(view, defaults, bots) };
}
