import { render } from 'preact';
import { returnToPlace } from './routes.ts';
import { Shell } from './shell.tsx';
import { GatewaysProvider } from './state/gateways.tsx';
import { NoticeProvider } from './state/notice.tsx';
import { SessionProvider } from './state/session.tsx';

function App() {
  return (
    <SessionProvider>
      <GatewaysProvider>
        <NoticeProvider>
          <Shell />
        </NoticeProvider>
      </GatewaysProvider>
    </SessionProvider>
  );
}

returnToPlace();
const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
