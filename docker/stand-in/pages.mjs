import { bots, contactConversations } from './conversations.mjs';
import { people } from './tokens.mjs';

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => entities[character]);

export const style = `:root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6577;--line:#dde2ea;--back:#f5f7fa;--card:#fff;--accent:#3b5bdb}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf3;--soft:#a3adbf;--line:#323a48;--back:#141820;--card:#1d2330;--accent:#91a7ff}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--back)}
header{background:var(--card);border-bottom:1px solid var(--line)}header div,main{max-width:46rem;margin:auto;padding:1rem 1.25rem}
header a{margin-right:1.1rem}a{color:var(--accent)}h1{font-size:1.5rem;margin:.6rem 0}small,.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.7rem;padding:1rem 1.25rem;margin:1rem 0}
.say{max-width:80%;border-radius:.9rem;padding:.55rem .9rem;margin:.5rem 0;border:1px solid var(--line);background:var(--card)}
.bot{margin-left:auto;background:var(--accent);color:var(--card);border:0}.bot small{color:inherit}button{font:inherit;padding:.5rem .9rem;border-radius:.5rem;
border:1px solid var(--line);background:var(--card);color:inherit;cursor:pointer;width:100%;text-align:left;margin:.25rem 0}
input,textarea{font:inherit;width:100%;padding:.5rem;border:1px solid var(--line);border-radius:.5rem;background:transparent;color:inherit}`;

/** A page of the platform. */
export function page(title, body) {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)} – Parley chat</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="stylesheet" href="/assets/style.css"></head>
<body><header><div><strong>Parley chat</strong>&ensp;<small>a stand-in for the legacy platform</small><br>
<a href="/">Home</a><a href="/chat">Chat</a><a href="/feedback">Feedback</a><a href="/login">Log in</a><a href="/logout">Log out</a></div></header>
<main>${body}</main></body></html>\n`;
}

export function homePage(person) {
  const first = { support: '1001', sales: '2001', people: '3001' };
  const cards = bots.map(
    (bot) => `<div class="card"><strong>${bot.name}</strong> <span class="soft">${bot.about}</span><br>
<a href="/transcripts/${bot.id}/${first[bot.id]}">Transcript ${first[bot.id]}</a> · <a href="/history?botId=${bot.id}">History</a></div>`,
  );
  return page(
    'Home',
    `<h1>Transcripts</h1><p>You are ${escape(person ?? 'not logged in')}.</p>${cards.join('')}`,
  );
}

export function loginPage(returnTo) {
  const choices = Object.entries(people).map(
    ([id, one]) =>
      `<button name="as" value="${id}"><strong>${one.label}</strong><br><small>${one.about}</small></button>`,
  );
  return page(
    'Log in',
    `<h1>Who are you today?</h1><p class="soft">A demonstration: no password. Afterwards: ${escape(returnTo)}</p>
<form method="post" action="/login" class="card"><input type="hidden" name="return_to" value="${escape(returnTo)}">${choices.join('')}</form>`,
  );
}

export function transcriptPage(transcript) {
  const { bot, conversation, marker, messages } = transcript;
  const lines = messages.map(
    ({ from, text, at }) =>
      `<div class="say ${from}">${escape(text)}<br><small>${from}, ${at.slice(11, 16)}</small></div>`,
  );
  const below = `/transcripts/${encodeURIComponent(bot)}/${encodeURIComponent(conversation)}`;
  return page(
    `Conversation ${conversation}`,
    `<h1>Conversation ${escape(conversation)} with ${escape(bot)}</h1><!-- ${escape(marker)} -->${lines.join('')}
<p><a href="${below}/attachments/invoice.pdf">invoice.pdf</a></p>`,
  );
}

export function historyPage(bot) {
  const ids = [1001, 1002, 2001, 3001].map(String);
  const items = ids.map(
    (id) => `<li><a href="/transcripts/${encodeURIComponent(bot)}/${id}">Conversation ${id}</a></li>`,
  );
  return page(
    `History of ${bot}`,
    `<h1>History of ${escape(bot)}</h1><!-- TRANSCRIPT-OF ${escape(bot)} history --><ul>${items.join('')}</ul>`,
  );
}

export function contactPage(contact) {
  const ids = contactConversations[contact] ?? ['1009'];
  const items = ids.map((id) => `<li><a href="/transcripts/support/${id}">Conversation ${id}</a></li>`);
  return page(
    'Your conversations',
    `<h1>Conversations of contact ${escape(contact)}</h1>
<!-- TRANSCRIPT-OF support contact ${escape(contact)} --><ul>${items.join('')}</ul>`,
  );
}

export const chatPage = page(
  'Chat',
  `<h1>Chat</h1><div class="card" id="log"><p class="soft">Say something: the bot repeats it, over a WebSocket.</p></div>
<form id="form"><input id="text" aria-label="Message" autocomplete="off" placeholder="Message"></form><script>
const log=document.getElementById('log'),text=document.getElementById('text');
const socket=new WebSocket(location.origin.replace('http','ws')+'/chat/socket');
const say=(from,what)=>{const line=document.createElement('div');line.className='say '+from;line.textContent=what;log.append(line)};
socket.onmessage=(event)=>say('bot',event.data);socket.onclose=()=>say('bot','(the connection is closed)');
document.getElementById('form').onsubmit=(event)=>{event.preventDefault();say('contact',text.value);socket.send(text.value);text.value=''}
</script>`,
);

export const feedbackPage = page(
  'Feedback',
  `<h1>Feedback</h1><form method="post" action="/feedback" class="card"><p><label>Your name<input name="name"></label></p>
<p><label>What you think<textarea name="text"></textarea></label></p><button>Send</button></form>`,
);

export const thanksPage = (form) =>
  page(
    'Thank you',
    `<h1>Thank you, ${escape(form.get('name') ?? '')}</h1><p>${escape(form.get('text') ?? '')}</p>`,
  );

export const missingPage = page(
  'Not found',
  '<h1>Not found</h1><p>There is no such page on this platform.</p>',
);
