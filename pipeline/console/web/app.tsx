/** Which of the three it is: asking, logging in, or working; and the frame around the pages. */
import './shell.css';
import './ui/ui.css';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { SessionInfo } from '../api.ts';
import { Bar } from './bar.tsx';
import { LoginPage } from './login/page.tsx';
import { NetworkPage } from './network/page.tsx';
import { mayOpen } from './pages.ts';
import { QueuePage } from './queue/page.tsx';
import { type Page, useRoute } from './routes.ts';
import { askSession, session } from './session.ts';
import { StatisticsPage } from './statistics/page.tsx';
import { useStore } from './store.ts';
import { Empty } from './ui/empty.tsx';
import { Toasts } from './ui/toast.tsx';
import { useWords } from './words/words.ts';
import { ZonesPage } from './zones/page.tsx';

const AGAIN_MS = 3_000;

export function App() {
  const state = useStore(session, (all) => all);
  const words = useWords();
  useEffect(() => {
    if (state.kind === 'asking') void askSession();
    if (state.kind !== 'away') return;
    const again = setInterval(() => void askSession(), AGAIN_MS);
    return () => clearInterval(again);
  }, [state]);
  switch (state.kind) {
    case 'asking':
      return <Empty title={words.loading} />;
    case 'away':
      return <Empty title={words.away} />;
    case 'none':
      return <LoginPage ways={state.ways} why={state.why} />;
    case 'open':
      return <Work info={state.info} />;
  }
}

function Work({ info }: { readonly info: SessionInfo }) {
  const route = useRoute();
  const words = useWords();
  useEffect(() => {
    document.title = `${words.pages[route.page]} · Vigie`;
  }, [route.page, words]);
  return (
    <div class="shell">
      <header>
        <Bar info={info} page={route.page} />
        {info.development && <p class="notice">{words.development}</p>}
      </header>
      <main class="page" id="content" tabIndex={-1}>
        <Allowed info={info} page={route.page}>
          {route.page === 'queue' && <QueuePage info={info} rest={route.rest} />}
          {route.page === 'network' && <NetworkPage info={info} rest={route.rest} />}
          {route.page === 'zones' && <ZonesPage info={info} rest={route.rest} />}
          {route.page === 'statistics' && <StatisticsPage info={info} rest={route.rest} />}
        </Allowed>
      </main>
      <Toasts />
    </div>
  );
}

interface AllowedProps {
  readonly info: SessionInfo;
  readonly page: Page;
  readonly children: ComponentChildren;
}

function Allowed({ info, page, children }: AllowedProps) {
  const words = useWords();
  return mayOpen(info, page) ? <>{children}</> : <Empty title={words.notYours} />;
}
