/** The bots that the home page shows. Any other id has transcripts too, made up as asked for. */
export const bots = [
  { id: 'support', name: 'Support bot', about: 'orders, returns and invoices' },
  { id: 'sales', name: 'Sales bot', about: 'offers and appointments' },
  { id: 'people', name: 'People bot', about: 'questions of the staff' },
];

export const contactConversations = { 'c-100': ['1001', '1002'], 'c-200': ['1003'] };

const told = {
  'support/1001': [
    ['contact', 'Hello, my order 48213 has not arrived.'],
    ['bot', 'I am sorry to hear that. It left our warehouse on Monday and is with the carrier.'],
    ['contact', 'Can you send it to my office instead?'],
    ['bot', 'Done: it goes to your office, on Thursday before noon.'],
  ],
  'support/1002': [
    ['contact', 'I need the invoice of last month once more.'],
    ['bot', 'Here it is, as an attachment to this conversation.'],
  ],
  'sales/2001': [
    ['contact', 'What would 250 licences cost us a year?'],
    ['bot', 'With the volume discount, 31 a licence. Shall I ask a colleague to call you?'],
    ['contact', 'Yes, tomorrow at ten.'],
  ],
  'people/3001': [
    ['contact', 'How many days of leave do I have left?'],
    ['bot', 'Eleven, and four of them expire at the end of March.'],
  ],
};

/** One transcript: what must not be seen without the right to it. The marker is for tests to look for. */
export function transcriptOf(bot, conversation) {
  const lines = told[`${bot}/${conversation}`] ?? [
    ['contact', `Is this conversation ${conversation}?`],
    ['bot', `It is: you are talking to ${bot}.`],
  ];
  return {
    marker: `TRANSCRIPT-OF ${bot} ${conversation}`,
    bot,
    conversation,
    messages: lines.map(([from, text], index) => ({ from, text, at: `2026-03-02T09:0${index}:12Z` })),
  };
}
