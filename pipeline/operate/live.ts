/** The life of a command that runs: open the log, wait until it answers, begin, show the status, stop when told. */
import { InputError } from '../errors.ts';
import type { Log } from '../log/port.ts';
import { type Outage, patiently } from '../patience.ts';
import type { Part } from '../topology/common.ts';
import { type LogChoice, type OpenLog, openLog } from './log.ts';
import type { Watched } from './look.ts';
import { type StatusMode, showStatus } from './status.ts';
import { INTERRUPTED, untilTold } from './until-told.ts';

export interface Life {
  readonly log: LogChoice;
  readonly json: boolean;
  /** Asked until the log answers: what must be there before anything begins. Throws InputError. */
  readonly ready: (log: Log) => Promise<unknown>;
  readonly begin: (opened: OpenLog, signal: AbortSignal) => Promise<Living>;
}

export interface Living extends Part, Watched {
  /** The first words, where there is no page. */
  readonly opening: string;
  /** While it stops. */
  readonly stopping: string;
}

/**
 * Resolves with the exit code when stopped: 0 after a stop that let everything run through, 1 when a part failed for
 * good, 130 when stopped before it began. A second signal ends the process at once with 130. Throws InputError before
 * anything runs.
 */
export async function live({ log: choice, json, ready, begin }: Life): Promise<number> {
  const told = untilTold();
  const opened = await openLog(choice);
  let living: Living;
  try {
    // A broker that is not there yet is waited for, as one that goes away later.
    const there = await patiently('read', { signal: told.signal, onOutage: tellOutage }, () =>
      ready(opened.log),
    );
    if (there === undefined) {
      await opened.close();
      return INTERRUPTED;
    }
    living = await begin(opened, told.signal);
  } catch (error) {
    await opened.close();
    throw error;
  }
  const out = process.stdout;
  const mode: StatusMode = json ? 'json' : out.isTTY ? 'page' : 'lines';
  if (mode === 'lines') out.write(`${living.opening}\n`);
  const hideStatus = showStatus({ watched: living, mode, data: opened.keeps, out });

  const failure = await Promise.race([told.once, failureOf(living)]);
  await hideStatus();
  process.stderr.write(`stopping: ${living.stopping} (Ctrl-C again to stop at once)\n`);
  await living.stop();
  await opened.close();
  process.stderr.write(`stopped, ${opened.keeps}\n`);
  if (failure === undefined) return 0;
  if (failure instanceof InputError) throw failure;
  process.stderr.write(`failed: ${failure.message}\n`);
  return 1;
}

function tellOutage({ error, retryInMs }: Outage): void {
  process.stderr.write(`the log does not answer: ${error.message}; trying again in ${retryInMs} ms\n`);
}

/** Never resolves while the part is well, also when its sources have ended: candidates wait for review. */
function failureOf(part: Part): Promise<Error> {
  return new Promise((resolve) => {
    part.failed.catch((error: unknown) => resolve(error instanceof Error ? error : new Error(String(error))));
  });
}
