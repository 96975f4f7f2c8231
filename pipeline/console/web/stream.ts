/**
 * Server-sent events that come back by themselves: one line to the server, what it says, and how it does.
 *
 * A line that says nothing for SILENT_MS is taken for broken, whatever the browser thinks of it: the server speaks every
 * 5 s. Attempts are RETRY_MS apart, then twice as long each time, at most RETRY_MS_MAX.
 */

export type LineState = 'connecting' | 'open' | 'broken';

export interface StreamOptions {
  readonly path: string;
  /** Kinds of message that are listened to. */
  readonly kinds: readonly string[];
  readonly onMessage: (kind: string, data: unknown) => void;
  readonly onState: (state: LineState) => void;
}

const SILENT_MS = 15_000;
const RETRY_MS = 500;
const RETRY_MS_MAX = 10_000;

/** Returns the way out. */
export function listen({ path, kinds, onMessage, onState }: StreamOptions): () => void {
  let source: EventSource | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let ended = false;

  const hang = () => {
    clearTimeout(silence);
    source?.close();
    source = undefined;
  };
  const broken = () => {
    hang();
    if (ended) return;
    onState('broken');
    const waitMs = Math.min(RETRY_MS * 2 ** failures++, RETRY_MS_MAX);
    retry = setTimeout(connect, waitMs);
  };
  const alive = () => {
    clearTimeout(silence);
    silence = setTimeout(broken, SILENT_MS);
  };
  const connect = () => {
    hang();
    onState(failures === 0 ? 'connecting' : 'broken');
    source = new EventSource(path);
    alive();
    source.onopen = () => {
      failures = 0;
      onState('open');
      alive();
    };
    source.onerror = broken;
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => {
        alive();
        onMessage(kind, JSON.parse((event as MessageEvent<string>).data));
      });
    }
  };
  // A laptop that wakes, a network that is back: not after ten seconds, now.
  const now = () => {
    if (source !== undefined && source.readyState === EventSource.OPEN) return;
    clearTimeout(retry);
    failures = 0;
    connect();
  };
  addEventListener('online', now);
  connect();
  return () => {
    ended = true;
    removeEventListener('online', now);
    clearTimeout(retry);
    hang();
  };
}
