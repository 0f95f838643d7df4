import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFindings, type Findings } from '../findings.ts';
import { nearest } from '../nearest.ts';
import { isBranch, type Branch, type SettingOrigin } from './layer.ts';
import { readYaml } from './yaml.ts';

/** Beside `src` and `dist` alike. */
const FOLDER = fileURLToPath(new URL('../../../config/packs', import.meta.url));

/** A platform's routes and what belongs to them, as one file says it. */
export interface Pack {
  /** What it says of itself: `title`, `version`, `bots`, `notCovered`; where bots are known from: `one`, `lookup`, `url`. */
  readonly facts: Branch;
  /** The configuration that it is; `visitors: true` marks the routes of a visitor's own live chat. */
  readonly tree: Branch;
  readonly origin: SettingOrigin;
}

/** The names of all packs. */
export function packNames(): string[] {
  try {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
    return files.map((name) => name.slice(0, -'.yaml'.length)).sort();
  } catch {
    // Somebody mounted a folder of their own over `config`: that there is none is said where one is named.
    return [];
  }
}

/** Reads the pack of this name; undefined, and a finding, where there is none. */
export function readPack(name: string, findings: Findings): Pack | undefined {
  const refuse = (why: string): undefined => findings.mistake(['platform', 'name'], why) as undefined;
  const names = packNames();
  if (!names.includes(name)) {
    const near = nearest(name, names);
    const known = names.length === 0 ? `there is none in ${FOLDER}` : `there is ${names.join(', ')}`;
    return refuse(`no pack is named "${name}"; ${near === undefined ? known : `the nearest one is "${near}"`}`);
  }
  const { tree, errors } = readYaml(readFileSync(join(FOLDER, `${name}.yaml`), 'utf8'));
  if (!isBranch(tree)) return refuse(`the pack "${name}" cannot be read: ${errors[0]?.message ?? 'it is empty'}`);
  const { pack = {}, ...rest } = tree;
  const origin = { text: `pack ${name}`, folder: FOLDER };
  return { facts: isBranch(pack) ? pack : {}, tree: rest, origin };
}

/** What a pack says of itself; undefined where there is none of this name. */
export function packFacts(name: string): Branch | undefined {
  return readPack(name, createFindings(() => undefined))?.facts;
}
