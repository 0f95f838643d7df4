import { compileExpression, expressionFault } from '../expression.ts';
import { isObject, own, type JsonObject } from '../json.ts';

/** Reads one fact out of claims; undefined or null where they do not have it. */
export type ReadClaim = (claims: JsonObject) => unknown;

// Names joined by dots, hyphens and all (`resource_access.my-client.roles`): JMESPath would take one for a minus.
const DOTTED = /^[\w:/-]+(?:\.[\w:/-]+)*$/;

/** Compiles what stands in the configuration: a claim's whole name first, else dotted steps, else JMESPath. */
export function compileClaim(text: string): ReadClaim {
  if (!DOTTED.test(text)) {
    const expression = compileExpression(text);
    return (claims) => expression.evaluate(claims);
  }
  const steps = text.split('.');
  return (claims) => {
    if (Object.hasOwn(claims, text)) return claims[text];
    let value: unknown = claims;
    for (const step of steps) value = isObject(value) ? own(value, step) : undefined;
    return value;
  };
}

/** What is wrong with a text that is meant as an expression; undefined for one that is right, and for plain names. */
export function claimFault(text: string): string | undefined {
  const meantAsOne = !DOTTED.test(text) && /[[\](){}|&`'"*@?]/.test(text);
  return meantAsOne ? expressionFault(text) : undefined;
}
