/**
 * What an agent does about a candidate. The id of an act is chosen once and kept over every attempt, so that what was
 * not answered can be asked again without being done twice.
 */
import type { RejectReason, VerdictAct } from '../../../model.ts';
import { type DecideBody, PATHS } from '../../api.ts';
import { CallFailed, post } from '../calls.ts';
import { sessionEnded } from '../session.ts';
import { learn } from './line.ts';
import type { Review } from './review.ts';

/** Waits between attempts, ms: some seconds, while the agent looks on. */
const AGAIN_MS = [300, 1_000, 2_500];
/** Say nothing about whether it was done. */
const UNCERTAIN = new Set(['not_read_back', 'not_audited', 'no_answer', 'server_away']);

export interface Acted {
  readonly review: Review;
  /** Of the verdict, by which it can be reversed. */
  readonly id: string;
}

/** Throws CallFailed. `onAgain` before each further attempt. */
export async function act(candidate: string, what: VerdictAct, onAgain?: () => void): Promise<Acted> {
  const body: DecideBody = { id: crypto.randomUUID(), candidate, act: what };
  for (let attempt = 0; ; attempt++) {
    try {
      const review = await post<Review>(PATHS.decide, body);
      learn(review);
      return { review, id: body.id };
    } catch (error) {
      sessionEnded(error);
      const waitMs = AGAIN_MS[attempt];
      if (!(error instanceof CallFailed) || !UNCERTAIN.has(error.code) || waitMs === undefined) throw error;
      onAgain?.();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

export function release(note: string): VerdictAct {
  return { kind: 'release', ...withNote(note) };
}

export function rejection(reason: RejectReason, note = ''): VerdictAct {
  return { kind: 'reject', reason, ...withNote(note) };
}

function withNote(note: string): { note?: string } {
  return note.trim() === '' ? {} : { note: note.trim() };
}

/** Runs over all, some at once. Returns how many failed. */
export async function forAll<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<unknown>,
  onDone: (count: number) => void,
): Promise<number> {
  const left = [...items];
  let [done, failed] = [0, 0];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      try {
        await run(item);
      } catch {
        failed++;
      }
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  return failed;
}
