/** What the cells of the view say, look by look, of somebody who is taken to be down: whether they bear it out. */
import type { Box } from '../../model.ts';
import type { Stood } from './stances.ts';
import type { Vacated } from './vacated.ts';

export interface Evidence {
  /** Somebody upright was seen to be there before and no more. */
  readonly vacated: boolean;
  /** Where they lie was free before. */
  readonly newly: boolean;
  /** How long their place has been taken, of the time that they lie. */
  readonly takenMs: number;
}

/** Of whom nothing is known yet. */
export const NO_EVIDENCE: Evidence = { vacated: false, newly: true, takenMs: 0 };
/** Of who was found by that evidence. */
export const PROVEN: Evidence = { vacated: true, newly: true, takenMs: Number.POSITIVE_INFINITY };

/** Who has come down is still seen where they lie: the background takes longer than this share of `for`. */
const TAKEN_MIN = 0.25;
const TAKEN_SHARE = 0.5;
/** Looks in which somebody stood upright where who is down lies now. */
const UPRIGHT_LOOKS = 1;
/** So much of where they lie was free at some time before; of who sits up or turns over it never is. */
export const BEFORE_MAX = 0.4;
/** What cells say is asked anew for so long, while they remember. */
const JUDGED_MS = 4_000;

interface Lying extends Evidence, Stood {
  readonly box: Box;
  readonly sinceMs: number;
  readonly lyingMs: number;
}

/** Where nobody looks at cells they speak for nothing and against nothing. */
export function weigh(
  down: Lying,
  cells: Pick<Vacated, 'judges' | 'seen' | 'takenNow'>,
  fallMs: number,
  stepMs: number,
): Evidence {
  const taken = cells.takenNow(down.box);
  const takenMs = down.takenMs + (taken === undefined || taken >= TAKEN_MIN ? stepMs : 0);
  const { vacated, newly } = down;
  if (!cells.judges(down.sinceMs)) return { vacated: true, newly, takenMs };
  if (down.lyingMs > JUDGED_MS) return { vacated, newly, takenMs };
  const seen = cells.seen(down.box, down, down.sinceMs, fallMs, UPRIGHT_LOOKS);
  if (!seen.known) return { vacated, newly, takenMs };
  return {
    vacated: vacated || seen.stoodAtMs !== undefined,
    newly: seen.before <= BEFORE_MAX,
    takenMs,
  };
}

export function isBorneOut({ vacated, newly, takenMs }: Evidence, forMs: number): boolean {
  return vacated && newly && takenMs >= TAKEN_SHARE * forMs;
}
