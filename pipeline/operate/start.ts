/** `vigie start` and `vigie run`: a station from its log to its status, until it is told to stop. */
import { InputError } from '../errors.ts';
import type { Site } from '../site/site.ts';
import { createTopics } from '../topics.ts';
import type { Pace } from '../topology/ingest.ts';
import { type Station, startStation } from '../topology.ts';
import { type LogChoice, openLog } from './log.ts';
import { type StatusMode, showStatus } from './status.ts';

export interface StartOptions {
  readonly site: Site;
  readonly log: LogChoice;
  readonly host: string;
  readonly port: number;
  readonly pace: Pace;
  readonly loop: boolean;
  readonly json: boolean;
}

/** Said by the second Ctrl-C. */
export const INTERRUPTED = 130;

/**
 * Resolves with the exit code when stopped: 0 after a stop that let everything run through, 1 when a part failed for
 * good. A second signal ends the process at once with 130. Throws InputError before anything runs.
 */
export async function start(options: StartOptions): Promise<number> {
  const { site, json } = options;
  const opened = await openLog(options.log);
  let station: Station;
  try {
    await createTopics(opened.log);
    station = await startStation({ ...options, log: opened.log, shared: opened.shared });
  } catch (error) {
    await opened.close();
    throw error;
  }
  const out = process.stdout;
  const mode: StatusMode = json ? 'json' : out.isTTY ? 'page' : 'lines';
  if (mode === 'lines') out.write(opening(site, station, opened.keeps));
  const hideStatus = showStatus({ station, mode, data: opened.keeps, out });

  const failure = await Promise.race([signalled(), failed(station)]);
  await hideStatus();
  process.stderr.write('stopping: the frames at hand run through (Ctrl-C again to stop at once)\n');
  await station.stop();
  await opened.close();
  process.stderr.write(`stopped, ${opened.keeps}\n`);
  if (failure === undefined) return 0;
  if (failure instanceof InputError) throw failure;
  process.stderr.write(`failed: ${failure.message}\n`);
  return 1;
}

function opening(site: Site, { serving }: Station, keeps: string): string {
  return (
    `Vigie watches '${site.id}' (${site.cameras.length} cameras), gRPC on ${serving.address}, ${keeps}\n` +
    'review: npx vigie review   subscribe: npx vigie subscribe   stop: Ctrl-C\n'
  );
}

/** npm passes on the Ctrl-C that its child has had from the terminal already: so close, it is the same one. */
const TWICE_MS = 500;

/** Resolves with the first signal; the second one does not wait for anything. */
function signalled(): Promise<undefined> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    const ask = () => {
      const nowMs = performance.now();
      askedAtMs ??= nowMs;
      if (nowMs - askedAtMs > TWICE_MS) process.exit(INTERRUPTED);
      resolve(undefined);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  });
}

/** Never resolves while the station is well, also when its sources have ended: candidates wait for review. */
function failed(station: Station): Promise<Error> {
  return new Promise((resolve) => {
    station.failed.catch((error: unknown) =>
      resolve(error instanceof Error ? error : new Error(String(error))),
    );
  });
}
