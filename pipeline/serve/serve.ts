/**
 * The gRPC server: EventService and ReviewService, with health and reflection beside them.
 *
 * Until there are identities, everyone who can reach the port is trusted to be the agent that the request names
 * (the development identity), so the port is bound to loopback and to nothing else.
 */
import { isIP } from 'node:net';
import { fault, InputError } from '../errors.ts';
import type { Log } from '../log/port.ts';
import { combining } from './combine.ts';
import { EventFeed, type SubscriberState, type Withheld } from './events.ts';
import { SERVER_OPTIONS, Server } from './grpc.ts';
import { addHealth } from './health.ts';
import { authority, listen } from './listen.ts';
import type { ReviewPort } from './port.ts';
import { addReflection } from './reflection.ts';
import { ReviewDesk } from './review.ts';
import { eventService, reviewService } from './services.ts';

export interface ServeOptions {
  readonly log: Log;
  readonly review: ReviewPort;
  /** Loopback only while there is no identity but the development one. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 50051; 0 takes a free one. */
  readonly port?: number;
  /** Default `rail.events`. */
  readonly topic?: string;
  /** Where camera states are read from. Absent: whoever asks for them is refused. */
  readonly observations?: string;
  /** Beat of the progress messages, ms. Default 5000. */
  readonly progressMs?: number;
  /** Default 1000; the next one is answered RESOURCE_EXHAUSTED. */
  readonly subscribersMax?: number;
  /** Default 2000; the next one is hung up on. */
  readonly connectionsMax?: number;
  /** How long a verdict may take to come back from the log, ms. Default 10000. */
  readonly decideMsMax?: number;
  readonly now?: () => number;
  /** A record on the log of events that was not sent to anybody; once per record. */
  readonly onWithheld?: (withheld: Withheld) => void;
  /** What callers are not told: the cause behind INTERNAL and UNAVAILABLE. */
  readonly onFailure?: (error: unknown) => void;
}

export interface Serving {
  /** `127.0.0.1:50051`, as clients want it. */
  readonly address: string;
  readonly port: number;
  subscribers(): SubscriberState[];
  /** Health first, then streams end after the message at hand, then at most `graceMs` for the rest. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 3_000;

/** Throws InputError: `bind_not_loopback`, `port_in_use`, `bind_failed`. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { host = '127.0.0.1', port = 50_051, now = Date.now, onFailure = () => {} } = options;
  if (!isLoopback(host)) throw notLoopback(host);
  const feed = new EventFeed({
    log: options.log,
    topic: options.topic ?? 'rail.events',
    ...(options.observations === undefined ? {} : { observations: options.observations }),
    progressMs: options.progressMs ?? 5_000,
    subscribersMax: options.subscribersMax ?? 1_000,
    now,
    onWithheld: options.onWithheld ?? (() => {}),
    onFailure,
  });
  const desk = new ReviewDesk({
    review: options.review,
    decideMsMax: options.decideMsMax ?? 10_000,
    now,
    onFailure,
  });
  const server = new Server({ ...SERVER_OPTIONS, interceptors: [combining] });
  server.addService(eventService.definition, { subscribe: feed.subscribe });
  server.addService(reviewService.definition, desk.handlers);
  const health = addHealth(server, [eventService.name, reviewService.name]);
  addReflection(server);
  const listening = await listen(server, host, port, options.connectionsMax ?? 2_000);
  health.set(true);

  let closed: Promise<void> | undefined;
  return {
    address: authority(host, listening.port),
    port: listening.port,
    subscribers: () => feed.subscribers(),
    close(graceMs = GRACE_MS) {
      closed ??= (async () => {
        health.set(false);
        feed.close();
        desk.close();
        await listening.close(graceMs);
      })();
      return closed;
    },
  };
}

/** Whether only this machine can reach the address. Names other than localhost can point anywhere. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function notLoopback(host: string): InputError {
  return new InputError([
    fault(
      'bind_not_loopback',
      'host',
      `'${host}' can be reached from other machines, expected 127.0.0.1, ::1 or localhost: there is only the ` +
        'development identity, which believes every name it is given',
      'bind to 127.0.0.1 and reach it through an SSH tunnel',
    ),
  ]);
}
