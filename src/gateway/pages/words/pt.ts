import type { Language } from '../phrases.ts';

const signIn = 'Inicie sessão e abra o link novamente.';
const askAccess = 'Peça acesso à pessoa que lhe deu este link ou à equipe que cuida deste site.';
const checkLink = 'Verifique o link; se o recebeu exatamente assim, avise a equipe que cuida deste site.';
const later = 'Tente novamente daqui a pouco; se o problema continuar, avise a equipe que cuida deste site.';
const notKnown = 'Não se sabe neste momento';

export const portuguese: Language = {
  phrases: {
    from: 'Seu acesso vem do endereço {address}.',
    ipv6: 'Seu acesso veio por IPv6. As listas de endereços contêm apenas endereços IPv4, portanto o seu não pode estar em nenhuma.',
    unknownAddress:
      'Não foi possível determinar o seu endereço, portanto ele não pode ser procurado em nenhuma lista.',
    signedInAs: 'Sessão iniciada como {subject}.',
    signIn: 'Iniciar sessão',
    switchAccount: 'Iniciar sessão com outra conta',
    ask: 'Dúvidas? Fale com {contact}.',
    retrying: 'Esta página tenta novamente por conta própria.',
    request: 'Se pedir ajuda, informe esta solicitação:',
    copy: 'Copiar',
    copied: 'Copiado',
  },
  problems: {
    'bad-request': ['Solicitação inválida', 'A solicitação é ambígua ou não respeita o HTTP.', checkLink],
    'path-ambiguous': ['Endereço ambíguo', 'Este endereço pode significar duas coisas.', checkLink],
    'no-credential': ['É preciso iniciar sessão', 'Não há sessão iniciada.', signIn],
    'session-expired': ['É preciso iniciar sessão', 'A sua sessão expirou.', signIn],
    'session-revoked': ['É preciso iniciar sessão', 'A sua sessão foi encerrada.', signIn],
    'session-ended': ['É preciso iniciar sessão', 'A sua sessão terminou.', signIn],
    'session-invalid': ['É preciso iniciar sessão', 'A sua sessão não pode ser confirmada.', signIn],
    'no-access': ['Sem acesso', 'Você não tem acesso a esta conversa.', askAccess],
    'bot-unresolved': ['Sem acesso', 'Este endereço não indica um único bot.', checkLink],
    'link-expired': [
      'Link antigo demais',
      'Este link valia por um certo tempo, que já passou.',
      'Peça um novo à pessoa que o deu a você, ou inicie sessão se tiver uma conta aqui.',
    ],
    'login-loop': [
      'Iniciar sessão não adiantou',
      'Foi pedido que você iniciasse sessão várias vezes em um minuto, e a cada vez não havia sessão na volta.',
      'Permita os cookies deste site e tente novamente em um minuto; se o problema continuar, avise a equipe que cuida deste site.',
    ],
    'upgrade-required': [
      'É preciso um WebSocket',
      'Isto só é servido por um WebSocket, não como página.',
      'Abra o chat pelo site a que ele pertence.',
    ],
    'canary-found': [
      'Retido',
      'O que este endereço mostra pertence a uma conversa, e nada diz quem pode vê-la.',
      'A equipe que cuida deste site foi avisada. Se você precisa do que está aqui, fale com ela.',
    ],
    'cookie-no-token': [
      'Iniciar sessão não adiantou',
      'O cookie deixado pelo início de sessão deste site não é um token: com ele não se reconhece ninguém aqui.',
      'O problema não é seu. Avise a equipe que cuida deste site.',
    ],
    'not-open': ['Não encontrado', 'Não há nada aqui.', checkLink],
    'not-found': ['Não encontrado', 'Não há nada aqui.', checkLink],
    'request-timeout': ['Tempo esgotado', 'A solicitação não chegou a tempo.', later],
    'body-too-large': [
      'Dados demais',
      'O que foi enviado é mais do que se examina aqui.',
      'Envie menos de cada vez.',
    ],
    'target-too-long': ['Endereço longo demais', 'O endereço é mais longo do que se aceita aqui.', checkLink],
    'headers-too-large': [
      'Dados demais',
      'O seu navegador envia mais cabeçalhos do que se aceita aqui.',
      'Apague os cookies deste site e tente novamente.',
    ],
    'internal-error': ['Erro interno', 'Algo deu errado aqui.', later],
    'upstream-unreachable': ['Indisponível', 'Não é possível contatar a plataforma de chat.', later],
    'upstream-invalid': ['Resposta inválida', 'A plataforma de chat não deu uma resposta válida.', later],
    'upstream-busy': ['Sobrecarga', 'A plataforma de chat está sobrecarregada.', later],
    'upstream-timeout': ['Sem resposta', 'A plataforma de chat não respondeu a tempo.', later],
    overloaded: ['Sobrecarga', 'Há sobrecarga aqui neste momento.', later],
    'policy-unavailable': [notKnown, 'Não é possível saber agora quem pode ver isto.', later],
    'log-unavailable': [
      'Indisponível neste momento',
      'O que é mostrado aqui precisa ficar registrado, e agora isso não é possível.',
      later,
    ],
    'keys-unavailable': [notKnown, 'Não é possível saber agora se a sua sessão é válida.', later],
    'revocations-unavailable': [
      notKnown,
      'Não é possível saber agora se a sua sessão ainda é válida.',
      later,
    ],
    'platform-unproven': [
      notKnown,
      'Não é possível saber agora se a plataforma de chat recusa isto a desconhecidos.',
      later,
    ],
    'sessions-unavailable': [notKnown, 'Não é possível saber agora se há sessão iniciada.', later],
    'links-unavailable': [notKnown, 'Não é possível saber agora de quando é este link.', later],
    'lookup-unavailable': [notKnown, 'Não é possível saber agora quem pode ver isto.', later],
  },
};
