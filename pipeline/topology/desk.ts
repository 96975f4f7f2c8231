/**
 * The desk of a site: [rail.candidates], [rail.verdicts] -> review -> [rail.events] -> gRPC; beside it, what is measured
 * now goes out, and frames of cameras that others watch come in: gRPC -> [rail.frames].
 *
 * Any number of processes serve one site; each lists every candidate and takes every verdict.
 */
import { type ServeOptions, type Serving, serve } from '../serve/serve.ts';
import { TOPICS } from '../topics.ts';
import { AuditLog } from './audit.ts';
import type { Common, Part } from './common.ts';
import { Intake } from './intake.ts';
import { ReviewRoom } from './review.ts';
import { SetupRoom } from './setup-room.ts';
import { SetupLog } from './setups.ts';
import { Standing } from './standing.ts';

export interface DeskOptions
  extends Omit<Common, 'signal'>,
    Pick<ServeOptions, 'gatekeeper' | 'tls' | 'inside' | 'clips'> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface Desk extends Part {
  readonly review: ReviewRoom;
  readonly serving: Serving;
}

/** Resolves when everything that was on the log has been read and agents can connect. Throws InputError: the port. */
export async function startDesk(options: DeskOptions): Promise<Desk> {
  const { log, tally, host, port, gatekeeper, tls, inside, clips } = options;
  const stopping = new AbortController();
  const audit = new AuditLog({ ...options, signal: stopping.signal });
  const review = new ReviewRoom({ ...options, signal: stopping.signal });
  const setups = new SetupLog({ ...options, signal: stopping.signal }, 'setups');
  const running = Promise.all([review.run(), setups.run()]).then(() => undefined);
  // With the first that failed for good the desk has failed: nobody would answer for it.
  const ready = async () => {
    await review.caughtUp;
    await setups.current();
  };
  await Promise.race([ready(), running]);
  let serving: Serving;
  try {
    serving = await serve({
      log,
      review,
      host,
      port,
      topic: TOPICS.events,
      observations: TOPICS.observations,
      ingest: new Intake({ ...options, signal: stopping.signal }),
      statistics: review.statistics,
      status: new Standing({ ...options, review, setups: setups.setups }),
      setups: new SetupRoom({ ...options, setups }),
      onOutage: (who, outage) => {
        if (outage === undefined) tally.outages.delete(who);
        else tally.outages.set(who, outage);
      },
      audit,
      ...(gatekeeper && { gatekeeper }),
      ...(tls && { tls }),
      ...(inside && { inside }),
      ...(clips && { clips }),
      onWithheld: ({ code }) => tally.refuse(code),
      onFailure: (error) => tally.fail(error),
    });
  } catch (error) {
    stopping.abort();
    await running.catch(() => undefined);
    throw error;
  }
  return {
    review,
    serving,
    failed: running,
    async stop() {
      stopping.abort();
      await serving.close();
      await audit.idle();
      await running.catch(() => undefined);
    },
  };
}
