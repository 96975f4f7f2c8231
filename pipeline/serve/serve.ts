/**
 * The gRPC server: EventService and ReviewService, with health and reflection beside them.
 *
 * Until there are identities, everyone who can reach the port is trusted to be the agent that the request names
 * (the development identity), so the port is bound to loopback and to nothing else.
 */
import { isIP } from 'node:net';
import { fault, InputError } from '../errors.ts';
import type { Log } from '../log/port.ts';
import { EventFeed, type SubscriberState, type Withheld } from './events.ts';
import { SERVER_OPTIONS, Server, ServerCredentials } from './grpc.ts';
import { addHealth } from './health.ts';
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
  /** Beat of the progress messages, ms. Default 5000. */
  readonly progressMs?: number;
  /** Default 1000; the next one is answered RESOURCE_EXHAUSTED. */
  readonly subscribersMax?: number;
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
  const server = new Server(SERVER_OPTIONS);
  server.addService(eventService.definition, { subscribe: feed.subscribe });
  server.addService(reviewService.definition, desk.handlers);
  const health = addHealth(server, [eventService.name, reviewService.name]);
  addReflection(server);
  const bound = await bind(server, host, port);
  health.set(true);

  let closed: Promise<void> | undefined;
  return {
    address: authority(host, bound),
    port: bound,
    subscribers: () => feed.subscribers(),
    close(graceMs = GRACE_MS) {
      closed ??= (async () => {
        health.set(false);
        feed.close();
        desk.close();
        await shutdown(server, graceMs);
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

function authority(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(authority(host, port), ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(bindFault(host, port, error.message));
    });
  });
}

function bindFault(host: string, port: number, why: string): InputError {
  const inUse = why.includes('EADDRINUSE');
  return new InputError([
    inUse
      ? fault(
          'port_in_use',
          'port',
          `port ${port} of ${host} is taken`,
          'choose another port, 0 for a free one',
        )
      : fault('bind_failed', 'host', `cannot listen on ${authority(host, port)}: ${why}`),
  ]);
}

/** A peer that never reads, or a health watch that never ends, cannot hold the process beyond the grace. */
function shutdown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
