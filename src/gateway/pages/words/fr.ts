import type { Language } from '../phrases.ts';

const signIn = 'Connectez-vous, puis ouvrez de nouveau le lien.';
const askAccess = 'Demandez l’accès à la personne qui vous a donné ce lien ou à l’équipe qui gère ce site.';
const checkLink = 'Vérifiez le lien ; si vous l’avez reçu tel quel, prévenez l’équipe qui gère ce site.';
const later = 'Réessayez dans un instant ; si le problème persiste, prévenez l’équipe qui gère ce site.';
const notKnown = 'Information indisponible';

export const french: Language = {
  phrases: {
    from: 'Vous venez de l’adresse {address}.',
    ipv6: 'Vous êtes venu par IPv6. Les listes d’adresses ne contiennent que des adresses IPv4 : la vôtre ne peut pas y figurer.',
    unknownAddress:
      'Votre adresse n’a pas pu être déterminée ; elle ne peut donc être cherchée dans aucune liste.',
    signedInAs: 'Vous êtes connecté en tant que {subject}.',
    signIn: 'Se connecter',
    switchAccount: 'Se connecter avec un autre compte',
    ask: 'Des questions ? Adressez-vous à {contact}.',
    retrying: 'Cette page réessaie d’elle-même.',
    request: 'Si vous demandez de l’aide, indiquez cette requête :',
    copy: 'Copier',
    copied: 'Copié',
  },
  problems: {
    'bad-request': ['Requête incorrecte', 'La requête est ambiguë ou ne respecte pas HTTP.', checkLink],
    'path-ambiguous': ['Adresse ambiguë', 'Cette adresse peut désigner deux choses.', checkLink],
    'no-credential': ['Connexion nécessaire', 'Vous n’êtes pas connecté.', signIn],
    'session-expired': ['Connexion nécessaire', 'Votre session a expiré.', signIn],
    'session-revoked': ['Connexion nécessaire', 'Il a été mis fin à votre session.', signIn],
    'session-ended': ['Connexion nécessaire', 'Votre session est terminée.', signIn],
    'session-invalid': ['Connexion nécessaire', 'Votre session ne peut pas être confirmée.', signIn],
    'no-access': ['Accès refusé', 'Vous n’avez pas accès à cette conversation.', askAccess],
    'bot-unresolved': ['Accès refusé', 'Cette adresse ne désigne pas un seul bot.', checkLink],
    'link-expired': [
      'Lien trop ancien',
      'Ce lien était valable pendant un certain temps, qui est écoulé.',
      'Demandez-en un nouveau à la personne qui vous l’a donné, ou connectez-vous si vous avez un compte ici.',
    ],
    'login-loop': [
      'La connexion n’a rien changé',
      'Vous avez été invité à vous connecter plusieurs fois en une minute et êtes revenu chaque fois sans session.',
      'Autorisez les cookies de ce site et réessayez dans une minute ; si le problème persiste, prévenez l’équipe qui gère ce site.',
    ],
    'upgrade-required': [
      'WebSocket nécessaire',
      'Ce contenu n’est servi que par un WebSocket, pas comme une page.',
      'Ouvrez la conversation depuis le site auquel elle appartient.',
    ],
    'canary-found': [
      'Retenu',
      'Ce que montre cette adresse fait partie d’une conversation, et rien ne dit qui peut la voir.',
      'L’équipe qui gère ce site en est informée. Si vous avez besoin de ce contenu, adressez-vous à elle.',
    ],
    'cookie-no-token': [
      'La connexion n’a rien changé',
      'Le cookie que pose la connexion de ce site n’est pas un jeton : il ne permet de reconnaître personne ici.',
      'Cela ne vient pas de vous. Prévenez l’équipe qui gère ce site.',
    ],
    'not-open': ['Page introuvable', 'Il n’y a rien ici.', checkLink],
    'not-found': ['Page introuvable', 'Il n’y a rien ici.', checkLink],
    'request-timeout': ['Délai dépassé', 'La requête n’est pas arrivée à temps.', later],
    'body-too-large': [
      'Trop de données',
      'Ce qui a été envoyé dépasse ce qui est examiné ici.',
      'Envoyez-en moins à la fois.',
    ],
    'target-too-long': [
      'Adresse trop longue',
      'L’adresse est plus longue que ce qui est accepté ici.',
      checkLink,
    ],
    'headers-too-large': [
      'Trop de données',
      'Votre navigateur envoie plus d’en-têtes que ce qui est accepté ici.',
      'Effacez les cookies de ce site, puis réessayez.',
    ],
    'internal-error': ['Erreur interne', 'Une erreur s’est produite ici.', later],
    'upstream-unreachable': ['Plateforme injoignable', 'La plateforme de chat est injoignable.', later],
    'upstream-invalid': [
      'Réponse incorrecte',
      'La plateforme de chat n’a pas donné de réponse valable.',
      later,
    ],
    'upstream-busy': ['Service saturé', 'La plateforme de chat a trop à faire.', later],
    'upstream-timeout': ['Pas de réponse', 'La plateforme de chat n’a pas répondu à temps.', later],
    overloaded: ['Service saturé', 'Il y a trop à faire ici en ce moment.', later],
    'policy-unavailable': [
      notKnown,
      'On ne peut pas savoir en ce moment qui a le droit de voir cette page.',
      later,
    ],
    'log-unavailable': [
      'Indisponible en ce moment',
      'Ce qui est montré ici doit être enregistré, et ne peut pas l’être en ce moment.',
      later,
    ],
    'keys-unavailable': [
      notKnown,
      'On ne peut pas savoir en ce moment si votre connexion est valable.',
      later,
    ],
    'revocations-unavailable': [
      notKnown,
      'On ne peut pas savoir en ce moment si votre connexion est encore valable.',
      later,
    ],
    'platform-unproven': [
      notKnown,
      'On ne peut pas savoir en ce moment si la plateforme de chat refuse cette page aux inconnus.',
      later,
    ],
    'sessions-unavailable': [notKnown, 'On ne peut pas savoir en ce moment si vous êtes connecté.', later],
    'links-unavailable': [notKnown, 'On ne peut pas savoir en ce moment de quand date ce lien.', later],
    'lookup-unavailable': [
      notKnown,
      'On ne peut pas savoir en ce moment qui a le droit de voir cette page.',
      later,
    ],
  },
};
