import * as Type from '../../json-schema.ts';
import { entry, fileText, listOf, reloads, secretText, text, whole } from './kinds.ts';

const webhook = entry(
  {
    name: text({
      description: 'What the log and the metrics call it.',
      pattern: '^[A-Za-z0-9._-]{1,64}$',
    }),
    url: secretText({
      description: 'Where alerts are posted, http or https; redirects are not followed. Only its origin is ever shown.',
      format: 'webhook-url',
    }),
    secret: secretText({
      description:
        'What its receiver checks signatures by: `whsec_` and the Base64 of 24 to 64 random bytes (Standard Webhooks).',
      format: 'webhook-secret',
    }),
    ca: fileText({ description: 'PEM certificates to trust for its TLS.', format: 'certificate' }),
    timeoutMs: whole(100, 60_000, { description: 'For one attempt, answer included.', default: 10_000 }),
  },
  { description: 'One receiver. It is tried again for some hours, and left alone after a 410 until a reload.' },
);

const distinct = (of: string, standard: number) =>
  whole(0, 1_000_000, { description: `Different conversations that ${of} is shown within the time; 0: never.`, default: standard });

export const alerts = reloads(
  Type.Optional(
    entry(
      {
        webhooks: listOf(webhook, {
          description:
            'Receivers, each told of every alert by a POST that is signed by Standard Webhooks 1.0: `type` is the kind, `data` what it is of, as far as the log shows it. At most 8.',
          default: [],
          example: [{ name: 'operations', url: 'https://hooks.example/gateway', secretFile: '/run/secrets/webhook' }],
        }),
        conversationsPerPerson: distinct('one signed-in person', 500),
        conversationsPerAddress: distinct('one address without a sign-in', 500),
        conversationsPerRange: distinct('one range of a list', 2_000),
        windowMinutes: whole(1, 1_440, {
          description: 'The time for these; the same alert of the same subject comes once in it.',
          default: 60,
        }),
        reportModeDays: whole(0, 365, {
          description: 'Days of mode `report` after which somebody is reminded, and again after as many; 0: never.',
          default: 7,
        }),
      },
      {
        description:
          'Alerts: in the log (`msg: "alert"`), in metrics (`gateway_alerts_total`), under `GET /alerts`, on the dashboard and as webhooks. Kinds: many conversations shown to one person, address or range; a range used for the first time (it needs `activity`); the static admin token used; mode `report` on for days; decisions that the record lost; a canary that passed unguarded; transcripts refused since they could not be logged. Gateways on one Redis tell of each once.',
        example: { webhooks: [{ name: 'operations', url: 'https://hooks.example/gateway', secretFile: '/run/secrets/webhook' }] },
      },
    ),
  ),
);
