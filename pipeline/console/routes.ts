/** The paths behind a login: who may ask for each, by which call of a server, and what answers. */
import { PATHS } from './api.ts';
import { clipOf, pictureOf } from './clip.ts';
import { contextOf } from './context.ts';
import { decide, ID_LENGTH_MAX } from './decide.ts';
import { ApiError } from './errors.ts';
import { speakNetwork } from './network.ts';
import { speakQueue } from './queue.ts';
import { objectIn, optionalTextIn, textIn } from './reading.ts';
import type { Session } from './sessions.ts';
import { preview, save, setupsOf, versionsOf } from './setups.ts';
import { eventStream } from './sse.ts';
import { csvOf, spanIn, statisticsOf } from './statistics.ts';

export interface Request {
  readonly session: Session;
  readonly body: unknown;
  query: Query;
  /** Aborted when the browser has left. */
  readonly left: AbortSignal;
  readonly now: () => number;
}

type Query = (name: string) => string | undefined;

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
    call: 'vigie.v1.ClipService/GetClip',
    answer: ({ session, query }) =>
      clipOf(session, textIn(query('candidate'), 'candidate', ID_LENGTH_MAX), whyIn(query, 'review')),
  },
  [PATHS.picture]: {
    method: 'GET',
    call: 'vigie.v1.ClipService/GetPicture',
    answer: ({ session, query }) =>
      pictureOf(session, { ...cameraIn(query), why: whyIn(query, 'zones and rules') }),
  },
  [PATHS.context]: {
    method: 'GET',
    call: 'vigie.v1.ReviewService/ListCandidates',
    answer: ({ session, query }) =>
      contextOf(session, textIn(query('candidate'), 'candidate', ID_LENGTH_MAX)),
  },
  [PATHS.setups]: {
    method: 'GET',
    call: 'vigie.v1.SetupService/GetSetups',
    answer: ({ session, query }) => setupsOf(session, textIn(query('site'), 'site', ID_LENGTH_MAX)),
  },
  [PATHS.setupVersions]: {
    method: 'GET',
    call: 'vigie.v1.SetupService/ListSetups',
    answer({ session, query }) {
      const { site, camera } = cameraIn(query);
      return versionsOf(session, site, camera);
    },
  },
  [PATHS.setupPreview]: {
    method: 'POST',
    call: 'vigie.v1.SetupService/PreviewSetup',
    answer: ({ session, body, left }) => preview(session, body, left),
  },
  [PATHS.setupSave]: {
    method: 'POST',
    call: 'vigie.v1.SetupService/SaveSetup',
    answer: ({ session, body }) => save(session, body),
  },
  [PATHS.statistics]: {
    method: 'GET',
    call: 'vigie.v1.StatisticsService/GetStatistics',
    answer: ({ session, query }) => statisticsOf(session, spanIn(query)),
  },
  [PATHS.statisticsCsv]: {
    method: 'GET',
    call: 'vigie.v1.StatisticsService/GetStatistics',
    async answer({ session, query }) {
      const rows = await statisticsOf(session, spanIn(query));
      return new Response(csvOf(rows), {
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': 'attachment; filename="vigie-statistics.csv"',
        },
      });
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

const WHY_LENGTH_MAX = 200;

/** For the audit. */
function whyIn(query: Query, otherwise: string): string {
  return optionalTextIn(query('why'), 'why', WHY_LENGTH_MAX) ?? otherwise;
}

function cameraIn(query: Query): { readonly site: string; readonly camera: string } {
  return {
    site: textIn(query('site'), 'site', ID_LENGTH_MAX),
    camera: textIn(query('camera'), 'camera', ID_LENGTH_MAX),
  };
}
