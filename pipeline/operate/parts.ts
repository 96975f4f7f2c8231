/**
 * `vigie ingest`, `vigie worker`, `vigie serve`: the parts of a site, each in processes of its own, over a log that
 * processes share.
 *
 * None of them creates topics: how many partitions and copies there are is decided once, by `vigie topics --create`,
 * and not by whichever process came first.
 */
import { fault, InputError } from '../errors.ts';
import type { Site } from '../site/site.ts';
import { partitionsByCamera } from '../topics.ts';
import { type ClipServer, type ClipSpace, deliverClips, openClips } from '../topology/clips.ts';
import { startDesk } from '../topology/desk.ts';
import { startEdge } from '../topology/edge.ts';
import type { Pace } from '../topology/ingest.ts';
import { startMiddle } from '../topology/middle.ts';
import { Tally } from '../topology/tally.ts';
import type { Overload } from '../topology/turns.ts';
import { type AccessWords, openAccess, tellErrors } from './access.ts';
import { live } from './live.ts';
import type { LogChoice } from './log.ts';
import type { PartName } from './look.ts';
import { camerasOf, type Share } from './share.ts';
import { openSpoolPlace } from './spool-place.ts';

export interface PartOptions {
  readonly site: Site;
  readonly log: LogChoice;
  readonly json: boolean;
}

export interface IngestPartOptions extends PartOptions {
  readonly share: Share;
  readonly pace: Pace;
  readonly loop: boolean;
  /** Disk space for frames while the log is away. */
  readonly spoolBytes: number;
  /** Disk space for clips, and how long each is kept. */
  readonly clipSpace: ClipSpace;
  /** Servers that clips are handed over to when an agent asks. */
  readonly clipsTo: readonly ClipServer[];
}

export interface WorkerPartOptions extends PartOptions {
  readonly overload: Overload;
}

export interface ServePartOptions extends PartOptions, AccessWords {
  readonly host: string;
  readonly port: number;
}

/** Exit codes and errors: see live.ts. */
export async function ingestPart(options: IngestPartOptions): Promise<number> {
  const { site, log: choice } = options;
  assertShared('ingest', choice);
  const { share, spoolBytes: bytesMax } = options;
  const cameras = camerasOf(site, share);
  const place = await openSpoolPlace({ data: choice.data, site: site.id, share, bytesMax });
  const code = live({
    ...options,
    ready: partitionsByCamera,
    async begin({ log, keeps }) {
      const partitions = await partitionsByCamera(log);
      const tally = new Tally(site, cameras);
      const spool = { directory: place.directory, bytesMax };
      const space = { ...options.clipSpace, directory: place.clips };
      const clips = openClips({ site, cameras, tally, space, nowMs: Date.now });
      const edge = startEdge({ ...options, log, partitions, tally, cameras, spool, clips, nowMs: Date.now });
      const stopping = new AbortController();
      const delivering = options.clipsTo.map((server) =>
        deliverClips(server, clips, stopping.signal, tellErrors),
      );
      return {
        ...edge,
        async stop() {
          stopping.abort();
          await Promise.all([edge.stop(), ...delivering]);
        },
        part: 'ingest',
        site,
        tally,
        cameras: () => cameras,
        opening: `Vigie ingest watches ${cameras.size} of the ${site.cameras.length} cameras of '${site.id}', ${keeps}`,
        stopping: 'the frames at hand go to the log',
      };
    },
  });
  return code.finally(place.close);
}

export async function workerPart(options: WorkerPartOptions): Promise<number> {
  const { site, log: choice } = options;
  assertShared('worker', choice);
  return live({
    ...options,
    ready: partitionsByCamera,
    async begin({ log, keeps, shared }) {
      const partitions = await partitionsByCamera(log);
      const tally = new Tally(site, new Set());
      const middle = startMiddle({ ...options, log, partitions, tally, shared, nowMs: Date.now });
      return {
        ...middle,
        part: 'worker',
        site,
        tally,
        opening: `Vigie worker measures '${site.id}' with whatever other workers there are, ${keeps}`,
        stopping: 'the frames at hand run through',
      };
    },
  });
}

export async function servePart(options: ServePartOptions): Promise<number> {
  const { site, log: choice } = options;
  assertShared('serve', choice);
  return live({
    ...options,
    ready: partitionsByCamera,
    async begin({ log, keeps }) {
      const partitions = await partitionsByCamera(log);
      const tally = new Tally(site, new Set());
      const access = await openAccess(options, tellErrors);
      const desk = await startDesk({ ...options, ...access, log, partitions, tally, nowMs: Date.now }).catch(
        (error: unknown) => {
          access.close();
          throw error;
        },
      );
      return {
        ...desk,
        async stop() {
          await desk.stop();
          access.close();
        },
        part: 'serve',
        site,
        tally,
        opening:
          `Vigie serves '${site.id}', gRPC on ${desk.serving.address}, ${keeps}\n` +
          'review: npx vigie review   subscribe: npx vigie subscribe   stop: Ctrl-C',
        stopping: 'what was asked is answered',
      };
    },
  });
}

/** Alone on a log of one process, a part would wait for the others for ever. */
function assertShared(part: PartName, { kind }: LogChoice): void {
  if (kind === 'kafka') return;
  throw new InputError([
    fault(
      'log_of_one_process',
      '--log',
      `'${kind}' belongs to one process, but ${part} works with other processes`,
      'use `vigie run`, which does all in one, or --log kafka',
    ),
  ]);
}
