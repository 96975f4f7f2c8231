/** What is kept of a filled cell for some seconds, in one number: cells are many. */
import type { CellMotion } from '../../model.ts';

/** A filled cell in one whole number: 12 bits of cell, 9 of speed in 1/20 m/s, 9 of people in 1/100; more is the most. */
export function packed(cell: number, { people, speed }: CellMotion): number {
  const steps = (value: number, perOne: number) => Math.min(511, Math.round(value * perOne));
  return (steps(people, 100) * 512 + steps(speed, 20)) * 4_096 + cell;
}

export function cellOf(one: number): number {
  return one & 4_095;
}

export function speedOf(one: number): number {
  return SPEEDS[(one >>> 12) & 511]!;
}

export function peopleOf(one: number): number {
  return PEOPLE[one >>> 21]!;
}

// Thousands of cells are read in every picture, and a division takes longer than a look.
const SPEEDS = Float64Array.from({ length: 512 }, (_, steps) => steps / 20);
const PEOPLE = Float64Array.from({ length: 512 }, (_, steps) => steps / 100);
