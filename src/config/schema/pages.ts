import * as Type from '../../json-schema.ts';
import { fileBytes, flag, group, reloads, textOrNull } from './kinds.ts';

export const pages = reloads(group(
  {
    siteName: textOrNull({ description: 'Name of the site, shown at the top of each page.', default: null }),
    logo: fileBytes({ description: 'A picture beside it, up to 64 KiB: PNG, JPEG, GIF, WebP or SVG. It is a part of the page.' }),
    contact: textOrNull({
      description: 'Whom people may ask: an e-mail address, a URL, or words.',
      default: null,
      example: 'support@chat.example.com',
    }),
    showAddress: flag({
      description: 'Whether a page says from which address its visitor comes, where the address matters.',
      default: true,
    }),
    texts: Type.Unsafe<Record<string, Record<string, string>>>({
      type: 'object',
      default: {},
      description:
        'Words of your own, by language (BCP 47: `de`, `pt-BR`, one of yours) and key: `<reason>.title`, `.detail` and `.next`, or `from`, `ipv6`, `unknownAddress`, `signedInAs`, `signIn`, `switchAccount`, `ask`, `retrying`, `request`, `copy`, `copied`. What is left out stays as delivered, or English.',
      example: { de: { 'no-access.next': 'Fragen Sie im Service-Center nach.' } },
    }),
  },
  {
    description:
      "The gateway's own pages: English, French, German, Italian, Portuguese and Spanish are delivered, and chosen by what the browser asks for.",
  },
));
