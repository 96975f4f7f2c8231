/** The paths behind a login: who may ask for each, by which call of a server, and what answers. */
import { PATHS } from './api.ts';
import { framed } from './clip.ts';
import { decide, ID_LENGTH_MAX } from './decide.ts';
import { ApiError } from './errors.ts';
import { speakNetwork } from './network.ts';
import { speakQueue } from './queue.ts';
import { objectIn, textIn } from './reading.ts';
import type { Session } from './sessions.ts';
import { eventStream } from './sse.ts';

export interface Request {
  readonly session: Session;
  readonly body: unknown;
  query(name: string): string | undefined;
  readonly now: () => number;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** The row of the table of access that says who may. */
  readonly call: string;
  /** JSON, undefined for no content, or an answer of its own. */
  readonly answer: (request: Request) => Promise<unknown>;
}

export interface StreamRoute {
  readonly call: string;
  readonly open: (request: Pick<Request, 'session' | 'now'>) => Response;
}

export const ROUTES: Readonly<Record<string, Route>> = {
  [PATHS.decide]: {
    method: 'POST',
    call: 'vigie.v1.ReviewService/Decide',
    answer: ({ session, body }) => decide(session, body),
  },
  [PATHS.seen]: {
    method: 'POST',
    call: 'vigie.v1.ReviewService/Decide',
    async answer({ session, body }) {
      const candidate = textIn(objectIn(body, 'the request').candidate, 'candidate', ID_LENGTH_MAX);
      if (!session.seen.played(candidate))
        throw new ApiError(409, 'clip_not_fetched', 'the clip was not fetched to its end in this session');
      return undefined;
    },
  },
  [PATHS.clip]: {
    method: 'GET',
    call: 'vigie.v1.ReviewService/Decide',
    async answer({ session, query }) {
      const candidate = textIn(query('candidate'), 'candidate', ID_LENGTH_MAX);
      session.seen.fetched(candidate, 'clip_not_here');
      const end = { part: 'end', code: 'clip_not_here', message: 'no server holds clips' } as const;
      return new Response(framed(end), { headers: { 'content-type': 'application/octet-stream' } });
    },
  },
};

export const STREAM_ROUTES: Readonly<Record<string, StreamRoute>> = {
  [PATHS.queue]: {
    call: 'vigie.v1.ReviewService/WatchCandidates',
    open: ({ session, now }) => held(session, (line) => speakQueue(line, { session, now })),
  },
  [PATHS.network]: {
    call: 'vigie.v1.OperationService/Status',
    open: ({ session, now }) => held(session, (line) => speakNetwork(line, { session, now })),
  },
};

/** A stream of events that counts among those of its session. */
function held(session: Session, speak: Parameters<typeof eventStream>[0]): Response {
  const stream = {};
  session.streams.add(stream);
  return eventStream((line) => speak(line).finally(() => session.streams.delete(stream)));
}
