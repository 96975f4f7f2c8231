/**
 * How each body last stood, asked twice a look: before its stance of now, and with it. The first answer is that of the
 * look before, whose stances these still are. Nothing that has to be saved: it is what their stances say.
 */
import type { GroundSample } from '../../site/site.ts';
import { lastStood, type Stance, type Stood } from './stances.ts';

interface Answer {
  readonly stances: readonly Stance[];
  readonly planeHeight: number;
  readonly stood: Stood | undefined;
}

export class LastStood {
  readonly #ground: readonly GroundSample[];
  #before = new Map<number, Answer>();
  #now = new Map<number, Answer>();

  constructor(ground: readonly GroundSample[]) {
    this.#ground = ground;
  }

  /** Of body `id`; undefined for who has not been seen standing. */
  of(id: number, stances: readonly Stance[], planeHeight: number): Stood | undefined {
    const asked = this.#now.get(id) ?? this.#before.get(id);
    const known = asked?.stances === stances && asked.planeHeight === planeHeight;
    const stood = known ? asked.stood : lastStood(stances, this.#ground, planeHeight);
    this.#now.set(id, { stances, planeHeight, stood });
    return stood;
  }

  /** The look is over: who was not asked for in it is forgotten. */
  forget(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }
}
