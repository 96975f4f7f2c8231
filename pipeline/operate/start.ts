/** `vigie start` and `vigie run`: a station from its log to its status, until it is told to stop. */
import { InputError } from '../errors.ts';
import { type Outage, patiently } from '../patience.ts';
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
  const asked = signalled();
  const opened = await openLog(options.log);
  const { log, shared, keeps } = opened;
  let station: Station;
  try {
    // A broker that is not there yet is waited for, as one that goes away later.
    const ready = await patiently('read', { signal: asked.signal, onOutage: tellOutage }, () =>
      createTopics(log),
    );
    if (ready === undefined) {
      await opened.close();
      return INTERRUPTED;
    }
    station = await startStation({ ...options, log, shared });
  } catch (error) {
    await opened.close();
    throw error;
  }
  const out = process.stdout;
  const mode: StatusMode = json ? 'json' : out.isTTY ? 'page' : 'lines';
  if (mode === 'lines') out.write(opening(site, station, keeps));
  const hideStatus = showStatus({ station, mode, data: keeps, out });

  const failure = await Promise.race([asked.once, failed(station)]);
  await hideStatus();
  process.stderr.write('stopping: the frames at hand run through (Ctrl-C again to stop at once)\n');
  await station.stop();
  await opened.close();
  process.stderr.write(`stopped, ${keeps}\n`);
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

/** The first signal asks to stop; the second one does not wait for anything. */
function signalled(): { readonly signal: AbortSignal; readonly once: Promise<undefined> } {
  const asked = new AbortController();
  const { signal } = asked;
  const once = new Promise<undefined>((resolve) => {
    let askedAtMs: number | undefined;
    const ask = () => {
      const nowMs = performance.now();
      askedAtMs ??= nowMs;
      if (nowMs - askedAtMs > TWICE_MS) process.exit(INTERRUPTED);
      asked.abort();
      resolve(undefined);
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, ask);
  });
  return { signal, once };
}

function tellOutage({ error, retryInMs }: Outage): void {
  process.stderr.write(`the log does not answer: ${error.message}; trying again in ${retryInMs} ms\n`);
}

/** Never resolves while the station is well, also when its sources have ended: candidates wait for review. */
function failed(station: Station): Promise<Error> {
  return new Promise((resolve) => {
    station.failed.catch((error: unknown) =>
      resolve(error instanceof Error ? error : new Error(String(error))),
    );
  });
}
