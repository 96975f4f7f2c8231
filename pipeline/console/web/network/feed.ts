/** The network's line to the server, and what it said; drawn at most once per picture of the screen. */
import { useEffect, useState } from 'preact/hooks';
import { type NetworkMessage, PATHS } from '../../api.ts';
import { askSession } from '../session.ts';
import { type LineState, listen } from '../stream.ts';
import { heard, type Network, NOTHING_HEARD } from './state.ts';

const KINDS = ['network', 'changes', 'site', 'over'];

export interface Feed {
  readonly network: Network;
  readonly line: LineState;
}

export function useNetwork(): Feed {
  const [feed, setFeed] = useState<Feed>({ network: NOTHING_HEARD, line: 'connecting' });
  useEffect(() => {
    let [network, line]: [Network, LineState] = [NOTHING_HEARD, 'connecting'];
    let drawing = 0;
    const draw = () => {
      if (drawing !== 0) return;
      drawing = requestAnimationFrame(() => {
        drawing = 0;
        setFeed({ network, line });
      });
    };
    const hang = listen({
      path: PATHS.network,
      kinds: KINDS,
      onMessage: (_, data) => {
        const message = data as NetworkMessage;
        if (message.kind === 'over') void askSession(message.code);
        network = heard(network, message);
        draw();
      },
      onState: (state) => {
        line = state;
        draw();
      },
    });
    return () => {
      hang();
      cancelAnimationFrame(drawing);
    };
  }, []);
  return feed;
}
