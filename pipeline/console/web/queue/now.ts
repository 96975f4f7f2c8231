import { useEffect, useState } from 'preact/hooks';
import { serverNowMs } from '../session.ts';

/** The server's time, every second: ages are told by its clock. */
export function useNow(everyMs = 1_000): number {
  const [nowMs, setNow] = useState(serverNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
