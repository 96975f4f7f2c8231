/**
 * Nothing moves under the pointer. While somebody points at the list, its order stands: what is decided stays in its
 * place, struck out, and what comes is held back and counted. Pure.
 */

export interface Arranged {
  /** What is shown, in order. Some may be decided by now. */
  readonly ids: readonly string[];
  /** What is wanted and not shown yet, in the wanted order. */
  readonly heldBack: readonly string[];
}

export const NOTHING: Arranged = { ids: [], heldBack: [] };

export function arrange(shown: Arranged, wanted: readonly string[], held: boolean): Arranged {
  // Nothing to hold still.
  if (!held || shown.ids.length === 0) return { ids: wanted, heldBack: [] };
  const there = new Set(shown.ids);
  return { ids: shown.ids, heldBack: wanted.filter((id) => !there.has(id)) };
}
