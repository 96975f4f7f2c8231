/** `vigie start` and `vigie run`: a station, all in one process. */
import type { Site } from '../site/site.ts';
import { createTopics } from '../topics.ts';
import type { Pace } from '../topology/ingest.ts';
import { startStation } from '../topology.ts';
import { live } from './live.ts';
import type { LogChoice } from './log.ts';

export interface StartOptions {
  readonly site: Site;
  readonly log: LogChoice;
  readonly host: string;
  readonly port: number;
  readonly pace: Pace;
  readonly loop: boolean;
  readonly json: boolean;
}

/** Exit codes and errors: see live.ts. */
export function start(options: StartOptions): Promise<number> {
  const { site } = options;
  return live({
    ...options,
    ready: createTopics,
    async begin({ log, shared, keeps }) {
      const station = await startStation({ ...options, log, shared });
      return {
        ...station,
        part: 'station',
        opening:
          `Vigie watches '${site.id}' (${site.cameras.length} cameras), gRPC on ${station.serving.address}, ${keeps}\n` +
          'review: npx vigie review   subscribe: npx vigie subscribe   stop: Ctrl-C',
        stopping: 'the frames at hand run through',
      };
    },
  });
}
