/**
 * Every call passes here before its handler: who is it, may they, and for streams, may they still.
 *
 * The guard is part of the server (GuardedServer), so that no service can be registered beside it. A stream is looked
 * at again every second and whenever the register changes: it ends with UNAUTHENTICATED when its token has expired or
 * was revoked, with PERMISSION_DENIED when the habilitation is over.
 */
import { Attempts, hostOfPeer } from '../../identity/attempts.ts';
import { type ClientCertificate, readCertificate } from '../../identity/certificate.ts';
import { isPublic, type Refusal, RefusedCallError, whyNot } from '../../identity/decide.ts';
import type { Credentials, Gatekeeper } from '../../identity/gatekeeper.ts';
import { DEVELOPMENT, type Identity, type Known, proofOf } from '../../identity/identity.ts';
import type { AuditTrail } from '../audit.ts';
import {
  CallError,
  Server,
  type ServiceDefinition,
  status,
  toStatus,
  type UntypedServiceImplementation,
} from '../grpc.ts';
import { setCaller } from './caller.ts';

export interface GuardOptions {
  /** Absent: everybody is the development identity. */
  readonly gatekeeper?: Gatekeeper;
  readonly attempts?: Attempts;
  readonly audit: AuditTrail;
  readonly now: () => number;
  readonly sweepMs?: number;
  readonly onFailure: (error: unknown) => void;
}

export class GuardedServer extends Server {
  readonly #guard: Guard;

  constructor(options: ConstructorParameters<typeof Server>[0], guard: Guard) {
    super(options);
    this.#guard = guard;
  }

  override addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    const guarded = Object.entries(service).flatMap(([name, { path, originalName, responseStream }]) => {
      const handler = implementation[name] ?? implementation[originalName ?? ''];
      if (handler === undefined) return [];
      const bound = (handler as Handler).bind(implementation);
      const call = path.replace(/^\//, '');
      return [[name, responseStream ? this.#guard.stream(call, bound) : this.#guard.once(call, bound)]];
    });
    super.addService(service, Object.fromEntries(guarded));
  }
}

type Handler = (call: AnyCall, reply: Reply) => unknown;
type Reply = (error: ReturnType<typeof toStatus>) => void;

/** What the four kinds of call have in common. */
interface AnyCall {
  readonly cancelled: boolean;
  readonly metadata: { get(key: string): readonly (string | Buffer)[]; remove(key: string): void };
  getPeer(): string;
  getAuthContext(): { readonly sslPeerCertificate?: { readonly raw: Buffer } };
  on(event: 'close' | 'cancelled', listener: () => void): unknown;
  emit(event: 'error', error: unknown): boolean;
}

/** One look at every open stream; none outlives its proof by more. */
const SWEEP_MS = 1_000;
const CERTIFICATES_MAX = 1_000;

export class Guard {
  readonly #options: GuardOptions;
  readonly #attempts: Attempts;
  readonly #denials = new Attempts();
  readonly #open = new Map<AnyCall, { readonly who: Known; readonly name: string }>();
  readonly #certificates = new Map<string, ClientCertificate>();
  readonly #sweeper: NodeJS.Timeout | undefined;
  readonly #leave: () => void;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#attempts = options.attempts ?? new Attempts();
    const { gatekeeper, sweepMs = SWEEP_MS } = options;
    this.#leave = gatekeeper?.watch(() => this.#sweep()) ?? (() => {});
    if (gatekeeper !== undefined) this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref();
  }

  /** Streams that are looked at. */
  get watched(): number {
    return this.#open.size;
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#leave();
  }

  /** A call with one answer. */
  once(name: string, handler: Handler): Handler {
    return (call, reply) =>
      this.#admit(
        name,
        call,
        () => handler(call, reply),
        (error) => reply(toStatus(error)),
      );
  }

  stream(name: string, handler: Handler): Handler {
    return (call, reply) =>
      this.#admit(
        name,
        call,
        (who) => {
          if (who.kind === 'known') {
            this.#open.set(call, { who, name });
            const gone = () => this.#open.delete(call);
            call.on('close', gone);
            call.on('cancelled', gone);
          }
          handler(call, reply);
        },
        (error) => call.emit('error', toStatus(error)),
      );
  }

  #admit(
    name: string,
    call: AnyCall,
    enter: (who: Identity) => void,
    refuse: (error: CallError) => void,
  ): void {
    const { gatekeeper } = this.#options;
    if (gatekeeper === undefined) setCaller(call, DEVELOPMENT);
    // Who calls without having to say who has no caller set: no scope could be asked of nobody.
    if (gatekeeper === undefined || isPublic(name)) {
      enter(DEVELOPMENT);
      return;
    }
    this.#identify(gatekeeper, name, call).then(
      (who) => {
        if (call.cancelled) return;
        setCaller(call, who);
        enter(who);
      },
      (error) => refuse(this.#refusal(name, call, error)),
    );
  }

  async #identify(gatekeeper: Gatekeeper, name: string, call: AnyCall): Promise<Known> {
    const { now } = this.#options;
    const credentials = this.#credentialsOf(call);
    const { token } = credentials;
    const peer = hostOfPeer(call.getPeer());
    // One that is known to be good is still let in: others behind the same address must not lock it out.
    if (this.#attempts.blocked(peer, now()) && (token === undefined || !gatekeeper.remembers(token))) {
      if (credentials.certificate === undefined || token !== undefined) throw new RefusedCallError(TOO_MANY);
    }
    const who = await gatekeeper.identify(credentials, now());
    const refusal = whyNot(who, name, now());
    if (refusal !== undefined) throw new RefusedCallError(refusal);
    return who;
  }

  #credentialsOf(call: AnyCall): Credentials {
    const headers = call.metadata.get('authorization');
    // Nothing behind this line can pass it on, or write it down.
    call.metadata.remove('authorization');
    const certificate = this.#certificateOf(call);
    const withCertificate = certificate === undefined ? {} : { certificate };
    if (headers.length === 0) return withCertificate;
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(String(headers[0]))?.[1];
    if (headers.length > 1 || token === undefined) {
      throw new RefusedCallError({
        kind: 'unauthenticated',
        code: 'credentials_invalid',
        message: "the authorization header is not 'Bearer TOKEN', once",
      });
    }
    return { token, ...withCertificate };
  }

  #certificateOf(call: AnyCall): ClientCertificate | undefined {
    const raw = call.getAuthContext().sslPeerCertificate?.raw;
    if (raw === undefined) return undefined;
    const key = raw.toString('base64');
    const found = this.#certificates.get(key) ?? readCertificate(raw);
    if (this.#certificates.size >= CERTIFICATES_MAX) this.#certificates.clear();
    this.#certificates.set(key, found);
    return found;
  }

  #refusal(name: string, call: AnyCall, error: unknown): CallError {
    if (!(error instanceof RefusedCallError)) {
      this.#options.onFailure(error);
      return new CallError(status.INTERNAL, 'internal', 'internal error; the server has the details');
    }
    this.#record(name, call, error.refusal);
    return callError(error.refusal);
  }

  #record(name: string, call: AnyCall, refusal: Refusal): void {
    const { audit, now, onFailure } = this.#options;
    const { kind, code, message, who } = refusal;
    const peer = call.getPeer();
    const nowMs = now();
    // Failures to prove a name count against the address; what a known name may not do, against the name.
    const silent =
      kind === 'forbidden' && who !== undefined
        ? this.#denials.failed(who.name, nowMs)
        : this.#attempts.failed(hostOfPeer(peer), nowMs);
    if (silent === undefined) return;
    audit
      .write({
        atMs: nowMs,
        who: who?.name ?? '',
        ...(who === undefined ? {} : { role: who.role }),
        proof: who === undefined ? '' : proofOf(who),
        act: 'call',
        object: name,
        result: code,
        why: message,
        peer,
        repeats: silent,
      })
      .catch(onFailure);
  }

  #sweep(): void {
    const { gatekeeper, now } = this.#options;
    if (gatekeeper === undefined) return;
    for (const [call, { who, name }] of this.#open) {
      const refusal = gatekeeper.stillGood(who, now());
      if (refusal === undefined) continue;
      this.#open.delete(call);
      this.#record(name, call, refusal);
      call.emit('error', toStatus(callError(refusal)));
    }
  }
}

const TOO_MANY: Refusal = {
  kind: 'limited',
  code: 'too_many_attempts',
  message: 'too many calls from this address could not prove who they are; wait a minute',
};

const STATUS = {
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  limited: status.RESOURCE_EXHAUSTED,
} as const;

function callError({ kind, code, message }: Refusal): CallError {
  return new CallError(STATUS[kind], code, message);
}
