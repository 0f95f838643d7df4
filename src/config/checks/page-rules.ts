import { imageType, mostLogoBytes } from '../../gateway/pages/logo.ts';
import { textKeys } from '../../gateway/pages/phrases.ts';
import { returnPlaces } from '../../gateway/login.ts';
import type { Path } from '../findings.ts';
import { nearest } from '../nearest.ts';
import type { RuleContext, Rule } from './rule.ts';

const logo: Rule = {
  reads: ['pages'],
  check({ config, findings, asWritten }) {
    const { logo: bytes } = config.pages;
    if (bytes === undefined) return;
    const path = asWritten(['pages', 'logo']);
    if (bytes.length > mostLogoBytes) findings.mistake(path, `is longer than ${mostLogoBytes} bytes: it is a part of each page`);
    else if (imageType(bytes) === undefined) findings.mistake(path, 'is no PNG, JPEG, GIF, WebP or SVG');
  },
};

const texts: Rule = {
  reads: ['pages'],
  check({ config, findings }) {
    const texts: Readonly<Record<string, unknown>> = config.pages.texts;
    for (const [tag, words] of Object.entries(texts)) {
      const path = ['pages', 'texts', tag];
      if (!/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(tag)) findings.mistake(path, 'must be a language such as de or pt-BR');
      if (typeof words === 'object' && words !== null) checkWords(words, path, findings);
      else findings.mistake(path, 'must hold keys and values');
    }
  },
};

function checkWords(words: object, path: Path, findings: RuleContext['findings']): void {
  for (const [key, text] of Object.entries(words)) {
    const near = nearest(key, [...textKeys]);
    const hint = near === undefined ? '' : `; the nearest known one is "${near}"`;
    if (!textKeys.has(key)) findings.mistake([...path, key], `unknown key${hint}`);
    else if (typeof text !== 'string') findings.mistake([...path, key], 'must be text');
  }
}

/** A login page's URL that does not fit the way in which people are sent there. */
const login: Rule = {
  reads: ['login', 'routes'],
  check({ config, findings }) {
    const { url, mode } = config.login;
    const path = ['login', 'url'];
    if (url === null) {
      if (mode !== 'redirect') findings.mistake(['login', 'mode'], `${mode} needs \`login.url\``);
      return;
    }
    const places = returnPlaces.reduce((count, place) => count + url.split(place).length - 1, 0);
    const rest = returnPlaces.reduce((text, place) => text.replaceAll(place, ''), url);
    const names = returnPlaces.join(' or ');
    if (mode === 'pathParameter' && places !== 1) findings.mistake(path, `must hold ${names} once: there the way back goes`);
    if (mode !== 'pathParameter' && places > 0) findings.mistake(path, `holds ${names}, which only \`mode: pathParameter\` fills in`);
    if (/[{}]/.test(rest)) findings.mistake(path, `holds a template that is none: only ${names} is filled in`);
    if (mode === 'inPlace' && !url.startsWith('/')) {
      findings.mistake(path, 'must be a path on the site: what the platform shows there is shown in place');
    }
  },
};

/** The gateway's own pages, and the ways to the login page. */
export const pageRules: readonly Rule[] = [logo, texts, login];
