/** `vigie start` and `vigie run`: a station and its console, all in one process. */
import { join } from 'node:path';
import { type Console, serveConsole } from '../console/server.ts';
import type { Site } from '../site/site.ts';
import { createTopics } from '../topics.ts';
import type { ClipSpace } from '../topology/clips.ts';
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
  /** Where the console is. Absent: none. */
  readonly http?: { readonly host: string; readonly port: number };
  readonly pace: Pace;
  readonly loop: boolean;
  readonly json: boolean;
  readonly overload: Overload;
  /** Disk space for frames while Kafka is away. */
  readonly spoolBytes: number;
  /** Disk space for clips, and how long each is kept. */
  readonly clipSpace: ClipSpace;
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
      const clipSpace = { ...options.clipSpace, ...clipPlace(options.log, site.id, place?.clips) };
      const spool = place && { directory: place.directory, bytesMax: options.spoolBytes };
      let access: Access | undefined;
      let browsers: Console | undefined;
      const close = () => {
        place?.close();
        access?.close();
      };
      let station: Station;
      try {
        access = await openAccess(options, tellErrors);
        const inside = options.http !== undefined;
        station = await startStation({
          ...options,
          ...access,
          log,
          shared,
          inside,
          clipSpace,
          ...(spool && { spool }),
        });
        browsers = await consoleOf(options, access, station).catch(async (error: unknown) => {
          await station.stop();
          throw error;
        });
      } catch (error) {
        close();
        throw error;
      }
      return {
        ...station,
        async stop() {
          await browsers?.close();
          await station.stop();
          close();
        },
        ...(browsers && { console: browsers.url }),
        part: 'station',
        opening:
          `Vigie watches '${site.id}' (${site.cameras.length} cameras), gRPC on ${station.serving.address}, ${keeps}\n` +
          (browsers === undefined ? '' : `console: ${browsers.url}   `) +
          'review: npx vigie review   subscribe: npx vigie subscribe   stop: Ctrl-C',
        stopping: 'the frames at hand run through',
      };
    },
  });
}

/** The embedded log's directory is this process's alone; a log in memory leaves nothing anywhere. */
function clipPlace({ kind, data }: LogChoice, site: string, beside: string | undefined) {
  if (kind === 'memory') return {};
  return { directory: beside ?? join(data, 'clips', site) };
}

/** Undefined: not wanted. The console is a client like any other, over loopback. */
async function consoleOf(
  { http }: StartOptions,
  { tls }: Access,
  { serving }: Station,
): Promise<Console | undefined> {
  if (http === undefined) return undefined;
  return serveConsole({
    ...http,
    ...(tls && { tls }),
    servers: [{ address: serving.insideAddress, access: {} }],
    onFailure: (error) => tellErrors(`console: ${error instanceof Error ? error.stack : String(error)}`),
  });
}
