import type { Language } from '../phrases.ts';

const signIn = 'Acceda e poi apra di nuovo il link.';
const askAccess =
  'Chieda l’accesso alla persona che le ha dato questo link o al team che gestisce questo sito.';
const checkLink = 'Controlli il link; se l’ha ricevuto così com’è, avvisi il team che gestisce questo sito.';
const later = 'Riprovi tra un momento; se il problema continua, avvisi il team che gestisce questo sito.';
const notKnown = 'Al momento non è noto';

export const italian: Language = {
  phrases: {
    from: 'Lei arriva dall’indirizzo {address}.',
    ipv6: 'Lei è arrivato tramite IPv6. Gli elenchi di indirizzi contengono solo indirizzi IPv4, quindi il suo non può esserci.',
    unknownAddress:
      'Non è stato possibile determinare il suo indirizzo, quindi non si può cercarlo in nessun elenco.',
    signedInAs: 'Accesso effettuato come {subject}.',
    signIn: 'Accedi',
    switchAccount: 'Accedi con un altro account',
    ask: 'Domande? Si rivolga a {contact}.',
    retrying: 'Questa pagina riprova da sola.',
    request: 'Se chiede aiuto, indichi questa richiesta:',
    copy: 'Copia',
    copied: 'Copiato',
  },
  problems: {
    'bad-request': ['Richiesta non valida', 'La richiesta è ambigua o non rispetta HTTP.', checkLink],
    'path-ambiguous': ['Indirizzo ambiguo', 'Questo indirizzo può significare due cose.', checkLink],
    'no-credential': ['È necessario accedere', 'Non ha effettuato l’accesso.', signIn],
    'session-expired': ['È necessario accedere', 'La sua sessione è scaduta.', signIn],
    'session-revoked': ['È necessario accedere', 'La sua sessione è stata chiusa.', signIn],
    'session-ended': ['È necessario accedere', 'La sua sessione è terminata.', signIn],
    'session-invalid': ['È necessario accedere', 'La sua sessione non può essere confermata.', signIn],
    'no-access': ['Accesso negato', 'Lei non ha accesso a questa conversazione.', askAccess],
    'bot-unresolved': ['Accesso negato', 'Questo indirizzo non indica un solo bot.', checkLink],
    'link-expired': [
      'Link scaduto',
      'Questo link era valido per un certo tempo, che è passato.',
      'Ne chieda uno nuovo alla persona che glielo ha dato, o acceda se ha un account qui.',
    ],
    'login-loop': [
      'L’accesso non è servito',
      'Le è stato chiesto di accedere più volte in un minuto, e ogni volta è tornato senza una sessione.',
      'Consenta i cookie di questo sito e riprovi tra un minuto; se il problema continua, avvisi il team che gestisce questo sito.',
    ],
    'upgrade-required': [
      'Serve un WebSocket',
      'Questo contenuto è servito solo tramite un WebSocket, non come pagina.',
      'Apra la chat dal sito a cui appartiene.',
    ],
    'canary-found': [
      'Trattenuto',
      'Ciò che questo indirizzo mostra appartiene a una conversazione, e nulla dice chi può vederla.',
      'Il team che gestisce questo sito è stato avvisato. Se le serve ciò che si trova qui, si rivolga a loro.',
    ],
    'cookie-no-token': [
      'L’accesso non è servito',
      'Il cookie impostato dall’accesso di questo sito non è un token: qui non permette di riconoscere nessuno.',
      'Non dipende da lei. Avvisi il team che gestisce questo sito.',
    ],
    'not-open': ['Non trovato', 'Qui non c’è nulla.', checkLink],
    'not-found': ['Non trovato', 'Qui non c’è nulla.', checkLink],
    'request-timeout': ['Tempo scaduto', 'La richiesta non è arrivata in tempo.', later],
    'body-too-large': [
      'Troppi dati',
      'Ciò che è stato inviato è più di quanto si esamini qui.',
      'Ne invii meno per volta.',
    ],
    'target-too-long': [
      'Indirizzo troppo lungo',
      'L’indirizzo è più lungo di quanto si accetti qui.',
      checkLink,
    ],
    'headers-too-large': [
      'Troppi dati',
      'Il suo browser invia più intestazioni di quante se ne accettino qui.',
      'Cancelli i cookie di questo sito e riprovi.',
    ],
    'internal-error': ['Errore interno', 'Qui qualcosa è andato storto.', later],
    'upstream-unreachable': ['Non raggiungibile', 'La piattaforma di chat non è raggiungibile.', later],
    'upstream-invalid': [
      'Risposta non valida',
      'La piattaforma di chat non ha dato una risposta valida.',
      later,
    ],
    'upstream-busy': ['Sovraccarico', 'La piattaforma di chat ha troppo lavoro.', later],
    'upstream-timeout': ['Nessuna risposta', 'La piattaforma di chat non ha risposto in tempo.', later],
    overloaded: ['Sovraccarico', 'Al momento qui c’è troppo lavoro.', later],
    'policy-unavailable': [notKnown, 'Al momento non si può sapere chi può vedere questa pagina.', later],
    'log-unavailable': [
      'Al momento non disponibile',
      'Ciò che si mostra qui deve essere registrato, e al momento non è possibile.',
      later,
    ],
    'keys-unavailable': [notKnown, 'Al momento non si può sapere se il suo accesso è valido.', later],
    'revocations-unavailable': [
      notKnown,
      'Al momento non si può sapere se il suo accesso è ancora valido.',
      later,
    ],
    'platform-unproven': [
      notKnown,
      'Al momento non si può sapere se la piattaforma di chat nega questa pagina agli estranei.',
      later,
    ],
    'sessions-unavailable': [notKnown, 'Al momento non si può sapere se ha effettuato l’accesso.', later],
    'links-unavailable': [notKnown, 'Al momento non si può sapere a quando risale questo link.', later],
    'lookup-unavailable': [notKnown, 'Al momento non si può sapere chi può vedere questa pagina.', later],
  },
};
