/**
 * Who is logged in. A session is known by a random id that only the browser's cookie holds: here lies its hash, so that
 * nothing in this process can be used to enter. Every login makes a new id, whatever cookie came with it.
 *
 * Bounded: SESSIONS_MAX of them; when they are full the one that was idle for longest ends. Streams are no activity: a
 * page that nobody sits at ends by itself.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { EventType, Role } from '../model.ts';
import { RpcError } from '../serve/client/client.ts';
import type { Connections } from './connections.ts';
import { Seen } from './seen.ts';

/** Whom a server took the person for. */
export interface Proved {
  readonly name: string;
  readonly role: Role;
  readonly development: boolean;
  readonly types: readonly EventType[];
  /** The proof holds before that. */
  readonly untilMs: number;
  readonly connections: Connections;
}

export interface Session extends Omit<Proved, 'untilMs'> {
  readonly csrf: string;
  readonly untilMs: number;
  readonly seen: Seen;
  /** Aborted when it is over, with the code of why as its reason. */
  readonly over: AbortSignal;
  /** What streams it has open. */
  readonly streams: Set<object>;
  end(code: string): void;
  /** Whether a server's refusal means that the session is over; then it is. */
  failed(error: unknown): boolean;
}

export interface SessionLimits {
  readonly idleMs: number;
  readonly lifeMsMax: number;
  readonly sessionsMax: number;
}

/** Half an hour at a cold cup of coffee, a long shift, and more agents than any control room has. */
export const SESSION_LIMITS: SessionLimits = {
  idleMs: 30 * 60_000,
  lifeMsMax: 12 * 3_600_000,
  sessionsMax: 1_000,
};

const ID_BYTES = 32;

export class Sessions {
  readonly limits: SessionLimits;
  readonly #now: () => number;
  /** By hash; the one that was active longest ago first. */
  readonly #open = new Map<string, { readonly session: Session; activeMs: number }>();

  constructor(limits: SessionLimits, now: () => number) {
    this.limits = limits;
    this.#now = now;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Returns what the cookie holds. */
  open(proved: Proved): { readonly id: string; readonly session: Session } {
    const id = randomBytes(ID_BYTES).toString('base64url');
    const hash = hashOf(id);
    const nowMs = this.#now();
    const over = new AbortController();
    const session: Session = {
      ...proved,
      csrf: randomBytes(ID_BYTES).toString('base64url'),
      untilMs: Math.min(proved.untilMs, nowMs + this.limits.lifeMsMax),
      seen: new Seen(),
      over: over.signal,
      streams: new Set(),
      end: (code) => {
        if (!this.#open.delete(hash)) return;
        over.abort(code);
        proved.connections.close();
      },
      failed: (error) => {
        if (!(error instanceof RpcError) || !endsSession(error)) return false;
        session.end(error.code);
        return true;
      },
    };
    while (this.#open.size >= this.limits.sessionsMax)
      this.#open.values().next().value!.session.end('too_many_sessions');
    this.#open.set(hash, { session, activeMs: nowMs });
    return { id, session };
  }

  /** Undefined: there is none, or it is over. `active`: somebody did something. */
  find(id: string, { active }: { readonly active: boolean }): Session | undefined {
    const hash = hashOf(id);
    const found = this.#open.get(hash);
    if (found === undefined) return undefined;
    const nowMs = this.#now();
    if (this.#endWhenOver(found, nowMs)) return undefined;
    if (active) {
      found.activeMs = nowMs;
      this.#open.delete(hash);
      this.#open.set(hash, found);
    }
    return found.session;
  }

  /** Ends those whose time is over, with their streams. */
  sweep(): void {
    const nowMs = this.#now();
    for (const found of this.#open.values()) this.#endWhenOver(found, nowMs);
  }

  close(): void {
    for (const { session } of this.#open.values()) session.end('shutting_down');
  }

  #endWhenOver({ session, activeMs }: { session: Session; activeMs: number }, nowMs: number): boolean {
    const code =
      nowMs >= session.untilMs
        ? 'session_expired'
        : nowMs - activeMs >= this.limits.idleMs
          ? 'session_idle'
          : undefined;
    if (code !== undefined) session.end(code);
    return code !== undefined;
  }
}

/** Revoked, expired, or no longer authorised to do this work. */
function endsSession({ status, code }: RpcError): boolean {
  return status === 'UNAUTHENTICATED' || (status === 'PERMISSION_DENIED' && code.startsWith('habilitation_'));
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
