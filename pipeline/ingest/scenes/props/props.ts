/** What a script holds beside people, trains and light. Filled by those who cast events and look-alikes. */
import type { Fire } from './flames.ts';
import type { Lantern } from './lamps.ts';
import type { Thing } from './things.ts';
import type { Train } from './train.ts';

/** A warm light that falls over the view and goes again, as the low sun does. */
export interface Glow {
  readonly atS: number;
  readonly overS: number;
  readonly forS: number;
  /** Added to V and taken from U in full, levels. */
  readonly warmth: number;
  /** Share of light added where daylight falls. */
  readonly amount: number;
}

/** A look-alike that was played: where the scorer finds what a false alert took for an event. */
export interface Played {
  readonly kind: string;
  readonly fromS: number;
  readonly untilS: number;
}

export class Props {
  readonly fires: Fire[] = [];
  readonly lanterns: Lantern[] = [];
  readonly things: Thing[] = [];
  readonly trains: Train[] = [];
  readonly glows: Glow[] = [];
  readonly played: Played[] = [];
}

export const NO_PROPS: Readonly<Props> = new Props();
