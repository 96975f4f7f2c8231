/**
 * The end-to-end set checker: what went in, what was claimed, decided and told, and what each subscriber received.
 *
 *   frames -> candidates -> (verdicts) -> events -> deliveries
 *
 * Nothing missing, nothing twice under two ids, nothing that no named agent confirmed, a retraction after its event,
 * every refused record accounted for. A pure function over what was read; it shares the law of a verdict (judge.ts)
 * with the ledger and nothing else, so that a fault of ledger, worker or server cannot hide itself here.
 */
import { claimFaults } from './claims.ts';
import { decisionsOf } from './decisions.ts';
import { deliveryFaults } from './deliveries.ts';
import { eventFaults } from './events.ts';
import { type History, missingIn } from './history.ts';
import { refusalFaults } from './refusals.ts';
import type { Violation } from './violation.ts';

export interface Figures {
  readonly cameras: number;
  readonly sessions: number;
  readonly frames: number;
  /** Frames sent again or late. */
  readonly framesAgain: number;
  /** Numbers that never came, by the usual distance of each session. */
  readonly framesMissing: number;
  readonly claims: number;
  readonly claimsOpen: number;
  readonly verdicts: number;
  readonly confirmed: number;
  readonly retracted: number;
  readonly rejectedByAgents: number;
  readonly lapsed: number;
  readonly events: number;
  /** Records of `rail.events` that say again what another one said: harmless, and counted. */
  readonly eventsAgain: number;
  readonly refused: number;
  readonly subscribers: number;
  readonly deliveries: number;
  readonly deliveriesAgain: number;
}

export interface Reconciliation {
  readonly figures: Figures;
  readonly violations: readonly Violation[];
}

export interface ReconcileOptions {
  /**
   * Everything is at rest: nothing is read or appended any more, so what follows from the records must be there.
   * Otherwise what was decided last may still be on its way. Default true.
   */
  readonly settled?: boolean;
}

export function reconcile(history: History, options: ReconcileOptions = {}): Reconciliation {
  const settled = options.settled ?? true;
  const claims = claimFaults(history);
  const decisions = decisionsOf(history, claims.last);
  const told = eventFaults(history, claims.last, decisions, settled);
  const received = deliveryFaults(history);
  const refused = refusalFaults(history, settled);
  const { sessions } = history;
  const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
  return {
    figures: {
      cameras: new Set(sessions.map(({ site, camera }) => `${site}/${camera}`)).size,
      sessions: sessions.length,
      frames: sum(sessions.map(({ frames }) => frames)),
      framesAgain: sum(sessions.map(({ again }) => again)),
      framesMissing: sum(sessions.map(missingIn)),
      claims: claims.last.size,
      claimsOpen: [...claims.last.values()].filter(({ value }) => value.phase !== 'end').length,
      verdicts: new Set(history.verdicts.map(({ value }) => value.id)).size,
      confirmed: decisions.confirmed.size,
      retracted: decisions.reversed.size,
      rejectedByAgents: decisions.rejected,
      lapsed: decisions.lapsed,
      events: told.distinct,
      eventsAgain: history.events.length - told.distinct,
      refused: history.rejected.length,
      subscribers: history.subscribers.length,
      deliveries: sum(history.subscribers.map(({ received }) => received.length)),
      deliveriesAgain: received.again,
    },
    violations: [...claims.violations, ...told.violations, ...received.violations, ...refused],
  };
}
