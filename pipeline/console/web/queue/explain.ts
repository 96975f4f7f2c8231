/**
 * The sentence of a claim, in the reader's language. Rules write English; other languages say it anew from the numbers
 * that came with it, and fall back to the English where a number is missing.
 */
import type { Candidate, EventType } from '../../../model.ts';
import { figure } from './times.ts';

type Language = 'en' | 'fr';

export interface Explained {
  readonly text: string;
  readonly language: Language;
}

export function explained(candidate: Candidate, language: Language): Explained {
  const text = language === 'fr' ? inFrench(candidate) : undefined;
  return text === undefined ? { text: candidate.explanation, language: 'en' } : { text, language };
}

type Say = (of: Numbers, place: string) => string | undefined;

/** Undefined as soon as one is missing. */
class Numbers {
  isWhole = true;
  readonly #candidate: Candidate;

  constructor(candidate: Candidate) {
    this.#candidate = candidate;
  }

  has(name: string): boolean {
    return this.#candidate.findings.some((one) => one.name === name);
  }

  value(name: string, times = 1): string {
    return this.#number(this.#find(name)?.value, times);
  }

  limit(name: string, times = 1): string {
    return this.#number(this.#find(name)?.limit, times);
  }

  /** French counts 0 and 1.9 as one. */
  count(name: string, one: string, several: string): string {
    const count = this.#find(name)?.value ?? 0;
    return `${this.value(name)} ${count < 2 ? one : several}`;
  }

  people(name = 'people'): string {
    return this.count(name, 'personne', 'personnes');
  }

  #find(name: string) {
    return this.#candidate.findings.find((one) => one.name === name);
  }

  #number(value: number | undefined, times: number): string {
    if (value === undefined) this.isWhole = false;
    return value === undefined ? '' : figure(value * times, 'fr');
  }
}

const FRENCH: Readonly<Record<EventType, Say>> = {
  forbidden_zone: (of, place) =>
    `${of.people()} ${place} depuis ${of.value('presence')} s, limite ${of.limit('presence')} s`,
  wrong_way: (of, place) =>
    of.has('crossings')
      ? `${of.count('crossings', 'franchissement', 'franchissements')} dans le sens interdit ${place}`
      : `${of.people()} à contresens ${place} depuis ${of.value('against')} s, limite ${of.limit('against')} s`,
  density: (of, place) =>
    of.has('density')
      ? `${of.value('density')} personnes/m² ${place}, limite ${of.limit('density')} pendant ${of.value('held')} s`
      : `${of.people()} ${place}, limite ${of.limit('people')} pendant ${of.value('held')} s`,
  crowd_movement: (of, place) =>
    of.has('rise')
      ? `${of.people()} se mettent à courir ensemble ${place}\u00a0: le mouvement est ${of.value('rise')} fois celui d’avant, limite ${of.limit('rise')}`
      : `${of.people()} se déplacent ensemble à ${of.value('speed')} m/s ${place}, d’habitude ${of.value('usual_speed')} m/s`,
  person_on_ground: (of, place) =>
    `Quelqu’un est tombé et reste au sol ${place} depuis ${of.value('lying')} s, limite ${of.limit('lying')} s`,
  abandoned_object: (of, place) =>
    `Un objet est laissé seul ${place} depuis ${of.value('alone')} s, limite ${of.limit('alone')} s`,
  fire: (of, place) =>
    `Quelque chose brûle ${place} depuis ${of.value('burning')} s, sur ${of.value('size', 100)} % de la vue`,
  weapon: (of, place) =>
    `Ce qui ressemble à une arme ${place}, sur ${of.value('pictures')} images en ${of.value('lasted')} s`,
};

function inFrench(candidate: Candidate): string | undefined {
  const numbers = new Numbers(candidate);
  const place = candidate.place === undefined ? 'dans la vue' : `dans «\u00a0${candidate.place}\u00a0»`;
  const text = FRENCH[candidate.type](numbers, place);
  return numbers.isWhole ? text : undefined;
}
