/**
 * Candidates as a table, and how a word on the command line finds one of them.
 *
 * Each has a short ref that is made from its id. A place in the list would be shorter, but the list moves: whoever
 * read `2` and typed `2` a moment later might confirm another candidate. Refs are letters only, so a number that is
 * typed by habit finds nothing.
 */
import { createHash } from 'node:crypto';
import { fault, InputError } from '../errors.ts';
import type { CandidateReview } from '../model.ts';
import { plain } from './told.ts';

/** No vowels, so that no ref is a word. 19^5 = 2.5 million refs. */
const LETTERS = 'bcdfghjkmnpqrstvwxz';
const REF_LETTERS = 5;

export function refOf(id: string): string {
  const digest = createHash('sha256').update(id).digest();
  return Array.from({ length: REF_LETTERS }, (_, index) => LETTERS[digest[index]! % LETTERS.length]).join('');
}

/**
 * By ref, whole id, or the beginning or end of an id as long as it is unique, cut at a slash and at least two
 * parts long. Throws InputError that names what matches.
 */
export function findReview(reviews: readonly CandidateReview[], word: string): CandidateReview {
  const whole = reviews.find(({ candidate }) => candidate.id === word);
  if (whole !== undefined) return whole;
  const found = reviews.filter(
    ({ candidate: { id } }) => refOf(id) === word.toLowerCase() || isPart(id, word),
  );
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    throw new InputError([
      fault(
        'no_such_candidate',
        word,
        `none of the ${reviews.length} candidates that could be meant has this ref or id`,
        'vigie review lists them',
      ),
    ]);
  }
  const names = found.slice(0, 5).map(({ candidate }) => `${refOf(candidate.id)} (${candidate.id})`);
  throw new InputError([
    fault(
      'ambiguous_candidate',
      word,
      `matches ${found.length} candidates: ${names.join(', ')}`,
      'give more of the id',
    ),
  ]);
}

function isPart(id: string, word: string): boolean {
  const part = word.replace(/^\/+|\/+$/g, '');
  return part.includes('/') && (id.startsWith(`${part}/`) || id.endsWith(`/${part}`));
}

/** Lines without their ends. `columns`: width to keep to, as far as the id column can give way. */
export function reviewTable(
  reviews: readonly CandidateReview[],
  nowMs: number,
  options: { numbered?: boolean; columns?: number } = {},
): string[] {
  const head = [options.numbered ? '#' : 'ref', 'severity', 'age', 'type', 'place', 'what', 'id'];
  const rows = reviews.map(({ candidate, state, firstConfirmation }, index) => [
    options.numbered ? String(index + 1) : refOf(candidate.id),
    candidate.severity,
    age(nowMs - candidate.beganAtMs),
    candidate.type,
    [candidate.site, candidate.camera, ...(candidate.place === undefined ? [] : [candidate.place])].join('/'),
    `${standing(state)}${seconded(firstConfirmation, state)}${candidate.explanation}`,
    candidate.id,
  ]);
  const table = [head, ...rows].map((row) => row.map(plain));
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  // Some terminals say 0 when they do not know.
  const columns = options.columns || Number.POSITIVE_INFINITY;
  const full = widths.reduce((sum, width) => sum + width + 2, -2);
  // The ref says the same as the id in five letters; a line that wraps is no table.
  const shown = full <= columns ? head.length : head.length - 1;
  return table.map((row) => {
    const cells = row.slice(0, shown).map((cell, column) => cell.padEnd(widths[column]!));
    return cut(cells.join('  ').trimEnd(), columns);
  });
}

/** `confirmed  kqzpb  forbidden_zone  gare/quai-a/1790000000000/no-tracks/120  by A. Martin` */
export function outcome({ candidate, state, firstConfirmation }: CandidateReview): string {
  if (firstConfirmation !== undefined && !('verdict' in state)) {
    const words = ['confirmed by one', refOf(candidate.id), candidate.type, candidate.id];
    return plain([...words, `by ${firstConfirmation.by.name}; a second person must confirm it`].join('  '));
  }
  const who =
    state.kind === 'claimed' ? state.by.name : 'verdict' in state ? state.verdict.by.name : undefined;
  const by = who === undefined ? [] : [`by ${who}`];
  return plain([state.kind, refOf(candidate.id), candidate.type, candidate.id, ...by].join('  '));
}

function standing(state: CandidateReview['state']): string {
  if (state.kind === 'waiting') return '';
  if (state.kind === 'claimed') return `[claimed by ${state.by.name}] `;
  return `[${state.kind} by ${state.verdict.by.name}] `;
}

function seconded(first: CandidateReview['firstConfirmation'], state: CandidateReview['state']): string {
  if (first === undefined || 'verdict' in state) return '';
  return `[confirmed by ${first.by.name}, takes a second person] `;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 3))}...`;
}

/** `8 s`, `12 min`, `3 h`. A camera's clock ahead of ours gives no negative age. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
