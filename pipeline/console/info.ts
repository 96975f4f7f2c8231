/** What the pages are told of the session. */
import { mayOf } from './access.ts';
import type { SessionInfo } from './api.ts';
import type { Session, SessionLimits } from './sessions.ts';

/** Time to look at a clip twice; whoever takes longer claims again. */
const LEASE_MS = 2 * 60_000;

export function infoOf(session: Session, { idleMs }: SessionLimits, nowMs: number): SessionInfo {
  const { name, role, development, csrf, untilMs, types, connections } = session;
  return {
    name,
    role,
    development,
    csrf,
    untilMs,
    idleMs,
    nowMs,
    sites: connections.sites.map(({ site, siteName, siteKind }) => ({
      id: site,
      ...(siteName !== undefined && { name: siteName }),
      kind: siteKind,
    })),
    types,
    may: mayOf(role),
    leaseMs: LEASE_MS,
  };
}
