/** `vigie start` and `vigie run`: a station, all in one process. */
import type { Site } from '../site/site.ts';
import { createTopics } from '../topics.ts';
import type { Pace } from '../topology/ingest.ts';
import type { Overload } from '../topology/turns.ts';
import { type Station, startStation } from '../topology.ts';
import { type Access, type AccessWords, openAccess, tellErrors } from './access.ts';
import { live } from './live.ts';
import type { LogChoice } from './log.ts';
import { openSpoolPlace } from './spool-place.ts';

export interface StartOptions extends AccessWords {
  readonly site: Site;
  readonly log: LogChoice;
  readonly host: string;
  readonly port: number;
  readonly pace: Pace;
  readonly loop: boolean;
  readonly json: boolean;
  readonly overload: Overload;
  /** Disk space for frames while Kafka is away. */
  readonly spoolBytes: number;
}

function placeOf({ log: { data }, site: { id }, spoolBytes: bytesMax }: StartOptions) {
  return { data, site: id, share: { kind: 'all' } as const, bytesMax };
}

/** Exit codes and errors: see live.ts. */
export function start(options: StartOptions): Promise<number> {
  const { site } = options;
  return live({
    ...options,
    ready: createTopics,
    async begin({ log, shared, keeps }) {
      // The embedded log is this disk already.
      const place = options.log.kind === 'kafka' ? await openSpoolPlace(placeOf(options)) : undefined;
      const spool = place && { directory: place.directory, bytesMax: options.spoolBytes };
      let access: Access | undefined;
      const close = () => {
        place?.close();
        access?.close();
      };
      let station: Station;
      try {
        access = await openAccess(options, tellErrors);
        station = await startStation({ ...options, ...access, log, shared, ...(spool && { spool }) });
      } catch (error) {
        close();
        throw error;
      }
      return {
        ...station,
        async stop() {
          await station.stop();
          close();
        },
        part: 'station',
        opening:
          `Vigie watches '${site.id}' (${site.cameras.length} cameras), gRPC on ${station.serving.address}, ${keeps}\n` +
          'review: npx vigie review   subscribe: npx vigie subscribe   stop: Ctrl-C',
        stopping: 'the frames at hand run through',
      };
    },
  });
}
