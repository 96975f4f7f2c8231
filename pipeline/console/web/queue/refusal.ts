/** Why an act was refused, in words. */

import { CallFailed } from '../calls.ts';
import type { Words } from '../words/words.ts';
import { waiting } from './line.ts';
import type { QueueWords } from './words.ts';

export function refusalText(error: unknown, candidate: string, words: QueueWords, all: Words): string {
  if (!(error instanceof CallFailed)) return all.failed(String(error));
  const { refused } = words;
  const said = refused[error.code as keyof typeof refused];
  if (typeof said === 'function') return said(whoIn(error, candidate) ?? refused.somebody);
  return said ?? all.failed(error.message);
}

/** As it is known here; else as the refusal names them: between quotes, first. */
function whoIn(error: CallFailed, candidate: string): string | undefined {
  if (error.code === 'claimed_by_other') {
    const state = waiting.get().open.get(candidate)?.state;
    if (state?.kind === 'claimed') return state.by.name;
  }
  return /(?:claimed by|confirmed by|rejected by|lapsed by|by) '([^']+)'/.exec(error.message)?.[1];
}
