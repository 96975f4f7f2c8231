/** Whether the clip was looked at, which a confirmation needs. */
import { useEffect, useState } from 'preact/hooks';
import { PATHS } from '../../api.ts';
import { post } from '../calls.ts';
import { session, sessionEnded } from '../session.ts';
import { type Clip, isAbsent } from './clip.ts';

export type Seen =
  | { readonly kind: 'loading' }
  | { readonly kind: 'playing'; readonly share: number }
  | { readonly kind: 'seen' }
  /** There is nothing to be looked at: decided from the numbers. */
  | { readonly kind: 'absent' };

const AGAIN_MS = 2_000;
/** By session and candidate, as the server keeps it. */
const known = new Set<string>();

function keyOf(candidate: string): string {
  const state = session.get();
  return `${state.kind === 'open' ? state.info.csrf : ''} ${candidate}`;
}

export function useSeen(
  candidate: string,
  clip: Clip,
): { readonly seen: Seen; readonly onShare: (share: number) => void } {
  const [share, setShare] = useState(0);
  const [said, setSaid] = useState(() => known.has(keyOf(candidate)));
  const isAll = share >= 1;
  useEffect(() => {
    if (!isAll || said) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const say = () =>
      post(PATHS.seen, { candidate }).then(
        () => {
          known.add(keyOf(candidate));
          if (!ended) setSaid(true);
        },
        (error) => {
          if (!ended && !sessionEnded(error)) timer = setTimeout(say, AGAIN_MS);
        },
      );
    void say();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [candidate, isAll, said]);
  return { seen: seenOf(clip, share, said), onShare: setShare };
}

function seenOf(clip: Clip, share: number, said: boolean): Seen {
  if (said) return { kind: 'seen' };
  if (isAbsent(clip)) return { kind: 'absent' };
  if (clip.kind !== 'here') return { kind: 'loading' };
  return { kind: 'playing', share: Math.min(share, 0.99) };
}
