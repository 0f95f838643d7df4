import t from 'tap';
import { record } from '../admin/events.ts';
import { superAdmin } from '../admin/scene.ts';
import { openDesk } from './scene.ts';

t.test('a network is named where only that was recorded of an address', async (t) => {
  const desk = await openDesk(t, superAdmin);
  const row = { requestId: 'cccccccc-4', bot: 'sales', clientIp: '192.0.2.0', conversation: '7' };
  record(desk, [
    { ...row, atMs: Date.now() - 1000 },
    {
      ...row,
      atMs: Date.now(),
      outcome: 'forward',
      reason: 'bot-access',
      subject: 'ann',
      status: 200,
      bot: 'other',
    },
  ]);
  const network = /192\.0\.2\.0\/24/;
  t.match((await desk.at('refusals')).out, network);
  t.match((await desk.at('lookup cccccccc')).out, /clientNetwork +192\.0\.2\.0\/24/);
  t.match((await desk.at('lookup 192.0.2.0')).out, network);
  t.match((await desk.at('report access --bot other')).out, network);
});
