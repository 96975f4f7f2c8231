/** Who works here: asked once, until the server says that it is over. */
import { type LoginRequest, type LoginWays, PATHS, type SessionInfo } from '../api.ts';
import { CallFailed, get, post, setCsrf } from './calls.ts';
import { Store } from './store.ts';

export type SessionState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'none'; readonly ways: LoginWays /** Code of why it ended. */; readonly why?: string }
  /** The console does not answer. */
  | { readonly kind: 'away' }
  | { readonly kind: 'open'; readonly info: SessionInfo };

export const session = new Store<SessionState>({ kind: 'asking' });

/** Server's time minus ours, ms: ages are the server's business. */
let aheadMs = 0;

export function heardTime(serverNowMs: number): void {
  aheadMs = serverNowMs - Date.now();
}

export function serverNowMs(): number {
  return Date.now() + aheadMs;
}

function opened(info: SessionInfo): void {
  setCsrf(info.csrf);
  heardTime(info.nowMs);
  session.set({ kind: 'open', info });
}

export async function askSession(why?: string): Promise<void> {
  try {
    opened(await get<SessionInfo>(PATHS.session));
  } catch (error) {
    if (error instanceof CallFailed && error.status === 401) {
      const ways = (error.details as LoginWays | undefined) ?? { way: 'token' };
      session.set({ kind: 'none', ways, ...(why !== undefined && { why }) });
    } else session.set({ kind: 'away' });
  }
}

/** Throws CallFailed. */
export async function logIn(request: LoginRequest): Promise<void> {
  opened(await post<SessionInfo>(PATHS.login, request));
}

export async function logOut(): Promise<void> {
  await post(PATHS.logout).catch(() => undefined);
  await askSession();
}

/** Whoever is told 401 says so here; returns whether that was it. */
export function sessionEnded(error: unknown): boolean {
  if (!(error instanceof CallFailed) || error.status !== 401) return false;
  void askSession(error.code);
  return true;
}
