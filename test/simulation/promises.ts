/** What was promised to those outside and cannot be seen on the log alone. */
import type { CandidateReview } from '../../pipeline/model.ts';
import type { History, Said } from '../../pipeline/operate/reconcile/history.ts';
import type { Violation } from '../../pipeline/operate/reconcile/violation.ts';
import { LAPSE_AFTER_MS_DEFAULT } from '../../pipeline/review/ledger.ts';
import type { Installation } from './installation.ts';

/** 17 messages that write() takes before it answers false, and the one that it says no to. */
const UNSENT_MAX = 18;

/** Well above the time between two messages of progress, and what a slow subscriber takes for one. */
const HEARD_MS_MAX = 3_000;

/** A wrong clock asks once too early for a candidate, and once more for every time that it was set in these runs. */
const LAPSES_ASKED_MAX = 12;

type Fail = (code: string, at: string, message: string) => void;

export function promiseFaults(installation: Installation, history: History): readonly Violation[] {
  const { world, agents, subscribers } = installation;
  const violations: Violation[] = [];
  const fail: Fail = (code, at, message) => violations.push({ code, at, message });
  const acts = new Map(agents.flatMap(({ asked }) => asked.map((one) => [one.verdict.id, one])));
  const told = new Set(history.events.map(({ value }) => value.changeId));
  // Of two who must confirm, what the first said is told with the second: that it is on the log is what was promised.
  const needsTwo = new Set(
    history.candidates.flatMap(({ value }) => ((value.confirmers ?? 1) > 1 ? [value.id] : [])),
  );
  const given = new Set(history.verdicts.map(({ value }) => value.id));
  const isTold = ({ id, candidate }: { readonly id: string; readonly candidate: string }) =>
    needsTwo.has(candidate) ? given.has(id) : told.has(`${candidate}#verified#${id}`);
  for (const { verdict, answer } of acts.values()) {
    if (answer !== 'ok' || verdict.act.kind !== 'confirm') continue;
    if (!isTold(verdict))
      fail(
        'answered_and_lost',
        verdict.id,
        `its agent was answered OK, '${verdict.candidate}' was never told`,
      );
  }
  for (const { value } of history.events) {
    const asked = acts.get(value.verdict.id);
    if (asked === undefined || asked.verdict.candidate !== value.id)
      fail('nobody_decided', value.changeId, `no agent ever sent '${value.verdict.id}'`);
  }
  const nowMs = world.time.elapsedMs;
  for (const { name, gaps, most, heardAtMs } of subscribers) {
    if (nowMs - heardAtMs > HEARD_MS_MAX)
      fail('progress_missing', name, `heard nothing for ${nowMs - heardAtMs} ms, at most ${HEARD_MS_MAX}`);
    if (gaps > 0)
      fail('told_of_gap', name, `was told ${gaps} times that events were missed; none were removed`);
    if (most > UNSENT_MAX) fail('window_exceeded', name, `${most} messages waited, at most ${UNSENT_MAX}`);
  }
  standingFaults(installation, history, fail);
  epochFaults(history, fail);
  return violations;
}

/** A session that is not above the one before it is one that no worker takes: its camera is blind. */
function epochFaults({ sessions }: History, fail: Fail): void {
  const last = new Map<string, number>();
  for (const { camera, epoch } of sessions) {
    const before = last.get(camera) ?? 0;
    if (epoch < before) fail('epoch_fell', camera, `from ${before} to ${epoch}`);
    last.set(camera, epoch);
  }
}

/** What agents are shown: the same everywhere, and nobody's time cut short by somebody's clock. */
function standingFaults({ servers }: Installation, history: History, fail: Fail): void {
  const heardAtMs = firstOf(history.candidates);
  const givenAtMs = firstOf(history.verdicts);
  const [first, ...others] = servers.filter(({ isUp, isReady }) => isUp && isReady);
  if (first === undefined) return;
  const shown = first.room.list({ statuses: ALL, sites: [] });
  for (const { candidate, state } of shown) {
    if (state.kind !== 'lapsed') continue;
    const waitedMs = givenAtMs.get(state.verdict.id)! - heardAtMs.get(candidate.id)!;
    if (waitedMs < LAPSE_AFTER_MS_DEFAULT)
      fail('lapsed_early', candidate.id, `after ${waitedMs} ms, expected ${LAPSE_AFTER_MS_DEFAULT}`);
  }
  const standings = standingsOf(shown);
  for (const { name, room } of others) {
    const elsewhere = standingsOf(room.list({ statuses: ALL, sites: [] }));
    if (elsewhere !== standings)
      fail('standings_differ', name, `${elsewhere}, at ${first.name} ${standings}`);
  }
  const asked = new Map<string, Set<string>>();
  for (const { value } of history.verdicts)
    if (value.act.kind === 'lapse')
      asked.set(value.candidate, (asked.get(value.candidate) ?? new Set()).add(value.id));
  for (const [id, { size }] of asked)
    if (size > LAPSES_ASKED_MAX) fail('lapse_asked_often', id, `${size} times, at most ${LAPSES_ASKED_MAX}`);
}

const ALL = ['waiting', 'claimed', 'confirmed', 'rejected', 'lapsed'] as const;

/** A claim that is over is shown at the next tick: whether it still is depends on the moment. */
function standingsOf(reviews: readonly CandidateReview[]): string {
  return reviews
    .map(({ candidate: { id, revision }, state }) =>
      'verdict' in state ? `${id} ${revision} ${state.kind} ${state.verdict.id}` : `${id} ${revision} open`,
    )
    .sort()
    .join(', ');
}

function firstOf(said: readonly Said<{ readonly id: string }>[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { value, atMs } of said) if (!first.has(value.id)) first.set(value.id, atMs);
  return first;
}
