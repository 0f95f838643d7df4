import type { Language } from '../phrases.ts';

const signIn = 'Melden Sie sich an und öffnen Sie den Link erneut.';
const askAccess =
  'Bitten Sie die Person, die Ihnen diesen Link gegeben hat, oder das Team dieser Website um Zugang.';
const checkLink =
  'Prüfen Sie den Link. Wenn Sie ihn genau so erhalten haben, sagen Sie dem Team dieser Website Bescheid.';
const later =
  'Versuchen Sie es gleich noch einmal. Wenn es dabei bleibt, sagen Sie dem Team dieser Website Bescheid.';
const notKnown = 'Zurzeit nicht bekannt';

export const german: Language = {
  phrases: {
    from: 'Sie kommen von der Adresse {address}.',
    ipv6: 'Sie kommen über IPv6. Adresslisten enthalten nur IPv4-Adressen, Ihre kann also in keiner stehen.',
    unknownAddress:
      'Ihre Adresse ließ sich nicht feststellen und kann deshalb in keiner Liste gesucht werden.',
    signedInAs: 'Sie sind angemeldet als {subject}.',
    signIn: 'Anmelden',
    switchAccount: 'Mit einem anderen Konto anmelden',
    ask: 'Fragen? Wenden Sie sich an {contact}.',
    retrying: 'Diese Seite versucht es von selbst noch einmal.',
    request: 'Wenn Sie um Hilfe bitten, nennen Sie diese Anfrage:',
    copy: 'Kopieren',
    copied: 'Kopiert',
  },
  problems: {
    'bad-request': ['Ungültige Anfrage', 'Die Anfrage ist mehrdeutig oder verletzt HTTP.', checkLink],
    'path-ambiguous': ['Mehrdeutige Adresse', 'Diese Adresse kann zweierlei bedeuten.', checkLink],
    'no-credential': ['Anmeldung nötig', 'Sie sind nicht angemeldet.', signIn],
    'session-expired': ['Anmeldung nötig', 'Ihre Sitzung ist abgelaufen.', signIn],
    'session-revoked': ['Anmeldung nötig', 'Ihre Sitzung wurde beendet.', signIn],
    'session-ended': ['Anmeldung nötig', 'Ihre Sitzung ist beendet.', signIn],
    'session-invalid': ['Anmeldung nötig', 'Ihre Sitzung lässt sich nicht bestätigen.', signIn],
    'no-access': ['Kein Zugang', 'Sie haben keinen Zugang zu diesem Gesprächsprotokoll.', askAccess],
    'bot-unresolved': ['Kein Zugang', 'Diese Adresse nennt nicht genau einen Bot.', checkLink],
    'link-expired': [
      'Link zu alt',
      'Dieser Link galt für eine bestimmte Zeit, und die ist vorbei.',
      'Bitten Sie die Person, von der Sie den Link haben, um einen neuen, oder melden Sie sich an, wenn Sie hier ein Konto haben.',
    ],
    'login-loop': [
      'Die Anmeldung hat nicht geholfen',
      'Sie wurden mehrmals innerhalb einer Minute zur Anmeldung geschickt und kamen jedes Mal ohne Sitzung zurück.',
      'Erlauben Sie dieser Website Cookies und versuchen Sie es in einer Minute noch einmal. Wenn es dabei bleibt, sagen Sie dem Team dieser Website Bescheid.',
    ],
    'upgrade-required': [
      'WebSocket nötig',
      'Was hier steht, wird nur über einen WebSocket ausgeliefert, nicht als Seite.',
      'Öffnen Sie den Chat über die Website, zu der er gehört.',
    ],
    'canary-found': [
      'Zurückgehalten',
      'Was diese Adresse zeigt, gehört zu einem Gespräch, und nichts sagt, wer es sehen darf.',
      'Das Team dieser Website weiß davon. Wenn Sie brauchen, was hier steht, wenden Sie sich an das Team.',
    ],
    'cookie-no-token': [
      'Die Anmeldung hat nicht geholfen',
      'Das Cookie, das die Anmeldung dieser Website setzt, ist kein Token: Daran lässt sich hier niemand erkennen.',
      'An Ihnen liegt es nicht. Sagen Sie dem Team dieser Website Bescheid.',
    ],
    'not-open': ['Nicht gefunden', 'Hier ist nichts.', checkLink],
    'not-found': ['Nicht gefunden', 'Hier ist nichts.', checkLink],
    'request-timeout': ['Zeit abgelaufen', 'Die Anfrage kam nicht rechtzeitig an.', later],
    'body-too-large': [
      'Zu viele Daten',
      'Was gesendet wurde, ist mehr, als hier geprüft wird.',
      'Senden Sie weniger auf einmal.',
    ],
    'target-too-long': ['Adresse zu lang', 'Die Adresse ist länger, als hier möglich ist.', checkLink],
    'headers-too-large': [
      'Zu viele Daten',
      'Ihr Browser sendet mehr Kopfdaten, als hier möglich ist.',
      'Löschen Sie die Cookies dieser Website und versuchen Sie es noch einmal.',
    ],
    'internal-error': ['Interner Fehler', 'Hier ist etwas schiefgegangen.', later],
    'upstream-unreachable': ['Nicht erreichbar', 'Die Chat-Plattform ist nicht erreichbar.', later],
    'upstream-invalid': ['Keine gültige Antwort', 'Die Chat-Plattform gab keine gültige Antwort.', later],
    'upstream-busy': ['Ausgelastet', 'Die Chat-Plattform hat zu viel zu tun.', later],
    'upstream-timeout': ['Keine Antwort', 'Die Chat-Plattform hat nicht rechtzeitig geantwortet.', later],
    overloaded: ['Ausgelastet', 'Hier ist gerade zu viel zu tun.', later],
    'policy-unavailable': [notKnown, 'Wer dies sehen darf, ist gerade nicht bekannt.', later],
    'log-unavailable': [
      'Zurzeit nicht verfügbar',
      'Was hier gezeigt wird, muss aufgezeichnet werden, und das geht gerade nicht.',
      later,
    ],
    'keys-unavailable': [notKnown, 'Ob Ihre Anmeldung gültig ist, ist gerade nicht bekannt.', later],
    'revocations-unavailable': [
      notKnown,
      'Ob Ihre Anmeldung noch gültig ist, ist gerade nicht bekannt.',
      later,
    ],
    'platform-unproven': [
      notKnown,
      'Ob die Chat-Plattform Fremde hier abweist, ist gerade nicht bekannt.',
      later,
    ],
    'sessions-unavailable': [notKnown, 'Ob Sie angemeldet sind, ist gerade nicht bekannt.', later],
    'links-unavailable': [notKnown, 'Wie alt dieser Link ist, ist gerade nicht bekannt.', later],
    'lookup-unavailable': [notKnown, 'Wer dies sehen darf, ist gerade nicht bekannt.', later],
  },
};
