/** Folding changes by id, in every order in which a log can hold them; the order of the list; the bounds. */
import { describe, expect, it } from 'vitest';
import type { Candidate, EventChange, Verdict, VerifiedEvent } from '../../pipeline/model.ts';
import { EventIndex } from '../../pipeline/serve/events/event-index.ts';
import { encodeEvent } from '../../proto/messages.ts';
import { random } from '../support/random.ts';
import { candidate, confirmation } from './world.ts';

/** A word a change: what an agent did, or what the candidate did. */
function change(n: number, word: string): VerifiedEvent {
  const [kind, number = '0'] = word.split(' ');
  const revision = Number(number);
  const phase = kind === 'ended' || kind === 'verified-ended' ? 'end' : revision === 0 ? 'begin' : 'update';
  const of: Candidate = { ...candidate(n), phase, revision, atMs: candidate(n).atMs + revision * 1_000 };
  const named = (id: string, act: Verdict['act']): Verdict => ({ ...confirmation(of, id), act });
  const table: Record<string, readonly [EventChange, Verdict]> = {
    verified: ['verified', named('v1', { kind: 'confirm' })],
    'verified-ended': ['verified', named('v1', { kind: 'confirm' })],
    updated: ['updated', named('v1', { kind: 'confirm' })],
    ended: ['ended', named('v1', { kind: 'confirm' })],
    retracted: ['retracted', named('r1', { kind: 'reverse', of: 'v1' })],
    again: ['verified', named('v2', { kind: 'confirm' })],
  };
  const [what, verdict] = table[kind!]!;
  const cause = what === 'verified' || what === 'retracted' ? verdict.id : revision;
  return { id: of.id, changeId: `${of.id}#${what}#${cause}`, change: what, candidate: of, verdict };
}

function fold(words: readonly string[]) {
  const index = new EventIndex();
  for (const word of words) {
    const event = change(1, word);
    index.take(event, encodeEvent(event));
  }
  return index.get(candidate(1).id)!;
}

const FOLDS: readonly (readonly [readonly string[], EventChange, string])[] = [
  [['verified'], 'verified', 'verified'],
  [['verified', 'updated 1'], 'updated', 'updated 1'],
  [['verified', 'updated 1', 'updated 2'], 'updated', 'updated 2'],
  [['verified', 'updated 1', 'ended 2'], 'ended', 'ended 2'],
  [['verified-ended 2', 'ended 2'], 'ended', 'ended 2'],
  [['verified', 'retracted'], 'retracted', 'retracted'],
  [['verified', 'ended 1', 'retracted 1'], 'retracted', 'retracted 1'],
  [['verified', 'retracted', 'again 1'], 'verified', 'again 1'],
  [['verified', 'ended 1', 'retracted 1', 'again 1'], 'ended', 'again 1'],
  // Appended twice, whole or in part, after a process died.
  [['verified', 'verified'], 'verified', 'verified'],
  [['verified', 'updated 1', 'verified', 'updated 1'], 'updated', 'updated 1'],
  [['verified', 'updated 1', 'updated 2', 'updated 1'], 'updated', 'updated 2'],
  [['verified', 'ended 1', 'verified', 'ended 1'], 'ended', 'ended 1'],
  [['verified', 'retracted', 'verified'], 'retracted', 'retracted'],
  [['verified', 'retracted', 'verified', 'retracted'], 'retracted', 'retracted'],
  [['verified', 'retracted', 'again', 'verified', 'retracted'], 'verified', 'again'],
];

describe('an event as it stands', () => {
  it.each(FOLDS)('%j is %s', (words, state, last) => {
    const found = fold(words);
    expect(found.state).toBe(state);
    expect(Buffer.from(found.event).equals(encodeEvent(change(1, last)))).toBe(true);
  });

  it('says when it began, was told of, ended, was confirmed and taken back', () => {
    const { beganAtMs, atMs } = candidate(1);
    const verifiedAtMs = confirmation(candidate(1)).atMs;
    expect(fold(['verified', 'updated 1'])).toMatchObject({
      beganAtMs,
      updatedAtMs: atMs + 1_000,
      verifiedAtMs,
    });
    expect(fold(['verified'])).not.toHaveProperty('endedAtMs');
    const over = fold(['verified', 'ended 2', 'retracted 2']);
    expect(over).toMatchObject({ endedAtMs: atMs + 2_000, verifiedAtMs, retractedAtMs: expect.any(Number) });
    expect(fold(['verified', 'retracted', 'again'])).not.toHaveProperty('retractedAtMs');
  });
});

const SEED = 77_001;

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const chance = random(seed);
  const left = [...items];
  return items.map(() => left.splice(chance.below(left.length), 1)[0]!);
}

describe('the order and the bounds', () => {
  const take = (index: EventIndex, ns: readonly number[]) => {
    for (const n of ns) index.take(change(n, 'verified'), encodeEvent(change(n, 'verified')));
  };
  const numbers = (found: Iterable<{ id: string }>) =>
    [...found].map(({ id }) => Number(id.split('/').at(-1)));
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

  it(`is that of the first confirmation, whatever the order of the log (seed ${SEED})`, () => {
    const index = new EventIndex();
    take(index, shuffled(upTo(300), SEED));
    expect(numbers(index.walk(true))).toEqual(upTo(300));
    expect(numbers(index.walk(false))).toEqual(upTo(300).reverse());
    const place = { id: candidate(100).id, verifiedAtMs: confirmation(candidate(100)).atMs };
    expect(numbers(index.walk(true, place)).slice(0, 2)).toEqual([101, 102]);
    expect(numbers(index.walk(false, place)).slice(0, 2)).toEqual([99, 98]);
    // The place stays good when the event at it has gone.
    const without = new EventIndex();
    take(without, [98, 99, 101, 102]);
    expect(numbers(without.walk(true, place))).toEqual([101, 102]);
    expect(numbers(without.walk(false, place))).toEqual([99, 98]);
  });

  it('keeps the newest, as many as it was told, and says from when on it is whole', () => {
    const index = new EventIndex({ eventsMax: 10 });
    take(index, upTo(10));
    expect(index.completeSinceMs).toBeUndefined();
    take(index, [10]);
    expect(numbers(index.walk(true))).toEqual(upTo(11).slice(1));
    expect(index.completeSinceMs).toBe(confirmation(candidate(0)).atMs + 1);
    take(index, [3, 0]);
    expect(index.size).toBe(10);
    expect(numbers(index.walk(true))).toEqual(upTo(11).slice(1));
  });

  it('counts what stands, by site', () => {
    const index = new EventIndex({ eventsMax: 3 });
    take(index, upTo(2));
    expect(index.standing('gare-exemple')).toBe(2);
    for (const word of ['retracted', 'retracted', 'again']) {
      index.take(change(1, word), encodeEvent(change(1, word)));
      expect(index.standing('gare-exemple'), word).toBe(word === 'again' ? 2 : 1);
    }
    take(index, [2, 3, 4]);
    expect(index.standing('gare-exemple')).toBe(3);
    expect(index.standing('other')).toBe(0);
  });

  it('keeps no more bytes than it was told', () => {
    const size = encodeEvent(change(1, 'verified')).length;
    const index = new EventIndex({ bytesMax: 5 * size + 20 });
    take(index, upTo(9));
    expect(index.size).toBe(5);
    expect(index.bytes).toBeLessThanOrEqual(5 * size + 20);
    const kept = [...index.walk(true)].reduce((sum, { event }) => sum + event.length, 0);
    expect(index.bytes).toBe(kept);
  });
});
