import type { Language } from '../phrases.ts';

const signIn = 'Inicie sesión y abra de nuevo el enlace.';
const askAccess = 'Pida acceso a la persona que le dio este enlace o al equipo que gestiona este sitio.';
const checkLink = 'Compruebe el enlace; si lo recibió tal cual, avise al equipo que gestiona este sitio.';
const later = 'Inténtelo de nuevo en un momento; si continúa, avise al equipo que gestiona este sitio.';
const notKnown = 'No se puede saber ahora';

export const spanish: Language = {
  phrases: {
    from: 'Usted viene de la dirección {address}.',
    ipv6: 'Ha llegado por IPv6. Las listas de direcciones solo contienen direcciones IPv4, así que la suya no puede estar en ninguna.',
    unknownAddress: 'No se pudo determinar su dirección, así que no se puede buscar en ninguna lista.',
    signedInAs: 'Ha iniciado sesión como {subject}.',
    signIn: 'Iniciar sesión',
    switchAccount: 'Iniciar sesión con otra cuenta',
    ask: '¿Preguntas? Diríjase a {contact}.',
    retrying: 'Esta página lo intenta de nuevo por sí sola.',
    request: 'Si pide ayuda, indique esta solicitud:',
    copy: 'Copiar',
    copied: 'Copiado',
  },
  problems: {
    'bad-request': ['Solicitud incorrecta', 'La solicitud es ambigua o no cumple HTTP.', checkLink],
    'path-ambiguous': ['Dirección ambigua', 'Esta dirección podría significar dos cosas.', checkLink],
    'no-credential': ['Hay que iniciar sesión', 'No ha iniciado sesión.', signIn],
    'session-expired': ['Hay que iniciar sesión', 'Su sesión ha caducado.', signIn],
    'session-revoked': ['Hay que iniciar sesión', 'Se ha puesto fin a su sesión.', signIn],
    'session-ended': ['Hay que iniciar sesión', 'Su sesión ha terminado.', signIn],
    'session-invalid': ['Hay que iniciar sesión', 'No se puede confirmar su sesión.', signIn],
    'no-access': ['Sin acceso', 'No tiene acceso a esta conversación.', askAccess],
    'bot-unresolved': ['Sin acceso', 'Esta dirección no indica un único bot.', checkLink],
    'link-expired': [
      'Enlace caducado',
      'Este enlace era válido durante un tiempo determinado, que ya ha pasado.',
      'Pida uno nuevo a la persona que se lo dio, o inicie sesión si tiene una cuenta aquí.',
    ],
    'login-loop': [
      'Iniciar sesión no ha servido',
      'Se le ha pedido iniciar sesión varias veces en un minuto y ha vuelto cada vez sin sesión.',
      'Permita las cookies de este sitio e inténtelo de nuevo en un minuto; si continúa, avise al equipo que gestiona este sitio.',
    ],
    'upgrade-required': [
      'Se necesita un WebSocket',
      'Esto solo se sirve por un WebSocket, no como página.',
      'Abra el chat desde el sitio al que pertenece.',
    ],
    'canary-found': [
      'Retenido',
      'Lo que muestra esta dirección pertenece a una conversación, y nada dice quién puede verla.',
      'El equipo que gestiona este sitio ya está avisado. Si necesita lo que hay aquí, pídaselo.',
    ],
    'cookie-no-token': [
      'Iniciar sesión no ha servido',
      'La cookie que deja el inicio de sesión de este sitio no es un token: con ella no se reconoce a nadie aquí.',
      'No es culpa suya. Avise al equipo que gestiona este sitio.',
    ],
    'not-open': ['No encontrado', 'Aquí no hay nada.', checkLink],
    'not-found': ['No encontrado', 'Aquí no hay nada.', checkLink],
    'request-timeout': ['Tiempo agotado', 'La solicitud no llegó a tiempo.', later],
    'body-too-large': [
      'Demasiados datos',
      'Lo que se envió es más de lo que se examina aquí.',
      'Envíe menos de una vez.',
    ],
    'target-too-long': [
      'Dirección demasiado larga',
      'La dirección es más larga de lo que se admite aquí.',
      checkLink,
    ],
    'headers-too-large': [
      'Demasiados datos',
      'Su navegador envía más cabeceras de las que se admiten aquí.',
      'Borre las cookies de este sitio e inténtelo de nuevo.',
    ],
    'internal-error': ['Error interno', 'Algo ha fallado aquí.', later],
    'upstream-unreachable': ['No disponible', 'No se puede contactar con la plataforma de chat.', later],
    'upstream-invalid': ['Respuesta no válida', 'La plataforma de chat no dio una respuesta válida.', later],
    'upstream-busy': ['Saturado', 'La plataforma de chat tiene demasiado trabajo.', later],
    'upstream-timeout': ['Sin respuesta', 'La plataforma de chat no respondió a tiempo.', later],
    overloaded: ['Saturado', 'Aquí hay demasiado trabajo en este momento.', later],
    'policy-unavailable': [notKnown, 'Ahora no se puede saber quién puede ver esto.', later],
    'log-unavailable': [
      'No disponible ahora',
      'Lo que se muestra aquí debe quedar registrado, y ahora no es posible.',
      later,
    ],
    'keys-unavailable': [notKnown, 'Ahora no se puede saber si su sesión es válida.', later],
    'revocations-unavailable': [notKnown, 'Ahora no se puede saber si su sesión sigue siendo válida.', later],
    'platform-unproven': [
      notKnown,
      'Ahora no se puede saber si la plataforma de chat niega esto a desconocidos.',
      later,
    ],
    'sessions-unavailable': [notKnown, 'Ahora no se puede saber si ha iniciado sesión.', later],
    'links-unavailable': [notKnown, 'Ahora no se puede saber de cuándo es este enlace.', later],
    'lookup-unavailable': [notKnown, 'Ahora no se puede saber quién puede ver esto.', later],
  },
};
