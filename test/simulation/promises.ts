/** What was promised to those outside and cannot be seen on the log alone. */
import type { History } from '../../pipeline/operate/reconcile/history.ts';
import type { Violation } from '../../pipeline/operate/reconcile/reconcile.ts';
import type { Installation } from './simulate.ts';

/** 17 messages that write() takes before it answers false, and the one that it says no to. */
const UNSENT_MAX = 18;

/** Well above the time between two messages of progress, and what a slow subscriber takes for one. */
const HEARD_MS_MAX = 3_000;

export function promiseFaults(
  { world, agents, subscribers }: Installation,
  history: History,
): readonly Violation[] {
  const violations: Violation[] = [];
  const fail = (code: string, at: string, message: string) => violations.push({ code, at, message });
  const acts = new Map(agents.flatMap(({ asked }) => asked.map((one) => [one.verdict.id, one])));
  const told = new Set(history.events.map(({ value }) => value.changeId));
  for (const { verdict, answer } of acts.values()) {
    if (answer !== 'ok' || verdict.act.kind !== 'confirm') continue;
    if (!told.has(`${verdict.candidate}#verified#${verdict.id}`))
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
  return violations;
}
