/**
 * The gRPC server: the services of proto/vigie/v1, with health and reflection beside them.
 *
 * Without a register of identities, everyone who can reach the port is trusted to be the agent that the request names
 * (the development identity), so the port is then bound to loopback and to nothing else. With one, another address
 * takes TLS too: a bearer token that others can read is theirs.
 */

import type { ClipHolder } from '../clip.ts';
import { fault, InputError } from '../errors.ts';
import type { Gatekeeper } from '../identity/gatekeeper.ts';
import type { Log } from '../log/port.ts';
import { type AuditTrail, NO_AUDIT } from './audit.ts';
import { ClipDesk } from './clips.ts';
import { combining } from './combine.ts';
import { EventFeed, type SubscriberState, type Withheld } from './events/events.ts';
import { SERVER_OPTIONS } from './grpc.ts';
import { addHealth } from './health.ts';
import { Guard, GuardedServer, type GuardOptions } from './identity/guard.ts';
import type { ServerTls } from './identity/tls.ts';
import { authority, listen } from './listen.ts';
import { isLoopback } from './loopback.ts';
import { type OtherOptions, startOthers } from './others.ts';
import type { ReviewPort } from './port.ts';
import { addReflection } from './reflection.ts';
import { ReviewDesk } from './review.ts';
import { clipService, eventService, reviewService } from './services.ts';

export interface ServeOptions extends OtherOptions {
  readonly log: Log;
  readonly review: ReviewPort;
  /** Clips that are held in this process; others are held by edges that dial in. */
  readonly clips?: ClipHolder;
  /** Default 64 clips and pictures at a time; the next one is answered RESOURCE_EXHAUSTED. */
  readonly clipViewsMax?: number;
  /** Who callers are. Absent: the development identity, on loopback only. Closed by whoever opened it. */
  readonly gatekeeper?: Gatekeeper;
  /** Absent: plaintext, on loopback only. Closed by whoever opened it. */
  readonly tls?: ServerTls;
  readonly audit?: AuditTrail;
  /** How often each address may fail to prove who calls. */
  readonly attempts?: GuardOptions['attempts'];
  /** How often open streams are asked whether they may go on, ms. Default 1000. */
  readonly sweepMs?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 50051; 0 takes a free one. */
  readonly port?: number;
  /** A console runs in this process and is to reach it without TLS; it proves who calls as everybody does. */
  readonly inside?: boolean;
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
  /** Where this process itself reaches it: the same, or without TLS on loopback. */
  readonly insideAddress: string;
  subscribers(): SubscriberState[];
  /** Health first, then streams end after the message at hand, then at most `graceMs` for the rest. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 3_000;

/** Throws InputError: `bind_not_loopback`, `bind_without_tls`, `port_in_use`, `bind_failed`. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { host = '127.0.0.1', port = 50_051, now = Date.now, onFailure = () => {} } = options;
  const { gatekeeper, tls, audit = NO_AUDIT, attempts, sweepMs } = options;
  requireSafe(host, gatekeeper, tls);
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
    audit,
    decideMsMax: options.decideMsMax ?? 10_000,
    now,
    onFailure,
  });
  const clips = new ClipDesk({
    review: options.review,
    audit,
    ...(options.clips && { clips: options.clips }),
    ...(options.clipViewsMax && { viewsMax: options.clipViewsMax }),
    now,
    onFailure,
  });
  const guard = new Guard({
    ...(gatekeeper && { gatekeeper }),
    ...(attempts && { attempts }),
    ...(sweepMs !== undefined && { sweepMs }),
    audit,
    now,
    onFailure,
  });
  const server = new GuardedServer({ ...SERVER_OPTIONS, interceptors: [combining] }, guard);
  const others = startOthers(options, onFailure, () => feed.subscribers().length);
  server.addService(eventService.definition, { subscribe: feed.subscribe, ...others.eventHandlers });
  server.addService(reviewService.definition, desk.handlers);
  server.addService(clipService.definition, clips.handlers);
  others.addTo(server);
  const health = addHealth(server, [
    eventService.name,
    reviewService.name,
    clipService.name,
    ...others.names,
  ]);
  addReflection(server);
  const listening = await listen(
    server,
    host,
    port,
    options.connectionsMax ?? 2_000,
    tls,
    options.inside,
  ).catch((error: unknown) => {
    void others.close();
    throw error;
  });
  health.set(true);

  let closed: Promise<void> | undefined;
  return {
    address: authority(host, listening.port),
    port: listening.port,
    insideAddress: authority(
      listening.insidePort === undefined ? host : '127.0.0.1',
      listening.insidePort ?? listening.port,
    ),
    subscribers: () => feed.subscribers(),
    close(graceMs = GRACE_MS) {
      closed ??= (async () => {
        health.set(false);
        feed.close();
        desk.close();
        clips.close();
        const quiet = others.close();
        await listening.close(graceMs);
        await quiet;
        guard.close();
      })();
      return closed;
    },
  };
}

function requireSafe(host: string, gatekeeper: Gatekeeper | undefined, tls: ServerTls | undefined): void {
  if (isLoopback(host) || (gatekeeper !== undefined && tls !== undefined)) return;
  if (gatekeeper === undefined) {
    throw new InputError([
      fault(
        'bind_not_loopback',
        '--grpc',
        `'${host}' can be reached from other machines, expected 127.0.0.1, ::1 or localhost: there is only the ` +
          'development identity, which believes every name it is given',
        'name a register with --identities (docs/identity.md), or bind to 127.0.0.1',
      ),
    ]);
  }
  throw new InputError([
    fault(
      'bind_without_tls',
      '--grpc',
      `'${host}' can be reached from other machines, expected a certificate: without TLS, tokens can be read ` +
        'on the way',
      'give --tls-cert and --tls-key (vigie certs makes them), or bind to 127.0.0.1 behind a proxy',
    ),
  ]);
}
