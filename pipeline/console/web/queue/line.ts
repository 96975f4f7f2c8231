/** The line to the server, and what waits as it is known here. One for the page, however often it is drawn. */
import { useEffect } from 'preact/hooks';
import { PATHS, type QueueMessage } from '../../api.ts';
import { get } from '../calls.ts';
import { preferences } from '../preferences.ts';
import { askSession, heardTime, serverNowMs, sessionEnded } from '../session.ts';
import { Store } from '../store.ts';
import { listen } from '../stream.ts';
import { type Review, stageOf } from './review.ts';
import { sound } from './sound.ts';
import { arrivals, heard, lineIs, NOTHING_KNOWN } from './waiting.ts';

export const waiting = new Store(NOTHING_KNOWN);

const KINDS = ['reviews', 'ready', 'time', 'site', 'over'];
/** Messages that come together are drawn together: a fold copies what is known, and thousands of rows are sorted. */
const GATHER_MS = 40;
const ESCALATION_MS = 1_000;

export function useLine(): void {
  useEffect(() => {
    let gathered: QueueMessage[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fold = () => {
      timer = undefined;
      const messages = gathered;
      gathered = [];
      const before = waiting.get();
      waiting.set(heard(before, messages));
      ring(arrivals(before, waiting.get()));
    };
    const hangUp = listen({
      path: PATHS.queue,
      kinds: KINDS,
      onState: (line) => {
        // What was heard on the line before counts as such.
        if (timer !== undefined) {
          clearTimeout(timer);
          fold();
        }
        waiting.update((before) => lineIs(before, line));
        // A browser does not tell a refusal from a broken line. Only a refusal ends the session: while nobody answers,
        // what was known stays on the screen.
        if (line === 'broken') get(PATHS.session).catch(sessionEnded);
      },
      onMessage: (kind, data) => {
        const message = { kind, ...(data as object) } as QueueMessage;
        if (message.kind === 'time') heardTime(message.nowMs);
        else if (message.kind === 'over') void askSession(message.code);
        else {
          gathered.push(message);
          timer ??= setTimeout(fold, GATHER_MS);
        }
      },
    });
    const overdue = watchOverdue();
    return () => {
      clearTimeout(timer);
      clearInterval(overdue);
      hangUp();
      waiting.set(NOTHING_KNOWN);
    };
  }, []);
}

/** An answer to an act is as good as a message, and earlier. */
export function learn(review: Review): void {
  waiting.update((before) => heard(before, [{ kind: 'reviews', reviews: [review] }]));
}

/** What becomes overdue sounds once more. */
function watchOverdue() {
  const told = new Set<string>();
  return setInterval(() => {
    const nowMs = serverNowMs();
    const late: Review[] = [];
    for (const id of told) if (!waiting.get().open.has(id)) told.delete(id);
    for (const [id, review] of waiting.get().open) {
      if (review.state.kind !== 'waiting' || told.has(id) || stageOf(review, nowMs) < 2) continue;
      told.add(id);
      late.push(review);
    }
    ring(late);
  }, ESCALATION_MS);
}

function ring(reviews: readonly Review[]): void {
  if (preferences.get().sound && reviews.length > 0)
    sound(reviews.map(({ candidate }) => candidate.severity));
}
