/**
 * How fast people usually go at one place, and how many of them usually hurry: two histograms that forget within some
 * ten minutes of movement. Bounded, and slow on purpose: what lasts for seconds hardly moves them.
 */

/** Equal steps of the logarithm from 0.1 to 10 m/s. */
const SPEEDS = 48;
const SPEED_MIN = 0.1;
const SPAN = Math.log(100);
/** Counts of half a person, the last one for all beyond. */
const COUNTS = 40;
/** People-seconds and seconds beyond which everything is halved. */
const PEOPLE_SECONDS_MAX = 3_000;
const SECONDS_MAX = 1_200;
/** Slower than this people stand and shift, m/s. */
const WALK_MIN = 0.5;
/** Before anything is seen, so many people-seconds of a walk (m/s), and so many seconds in which nobody hurried. */
const WALK_PRIOR = 1.25;
const PRIOR_PEOPLE_SECONDS = 2;
const PRIOR_SECONDS = 60;

export class Pace {
  readonly #speeds = new Float64Array(SPEEDS);
  readonly #hurried = new Float64Array(COUNTS);
  #peopleSeconds = PRIOR_PEOPLE_SECONDS;
  #seconds = PRIOR_SECONDS;

  constructor() {
    this.#speeds[binOf(WALK_PRIOR)] = PRIOR_PEOPLE_SECONDS;
    this.#hurried[0] = PRIOR_SECONDS;
  }

  save() {
    return {
      speeds: this.#speeds,
      hurried: this.#hurried,
      peopleSeconds: this.#peopleSeconds,
      seconds: this.#seconds,
    };
  }

  restore({ speeds, hurried, peopleSeconds, seconds }: ReturnType<Pace['save']>): void {
    this.#speeds.set(speeds);
    this.#hurried.set(hurried);
    this.#peopleSeconds = peopleSeconds;
    this.#seconds = seconds;
  }

  /** `people` went at `speed` m/s for `seconds`. */
  moved(people: number, speed: number, seconds: number): void {
    if (speed < WALK_MIN) return;
    this.#speeds[binOf(speed)]! += people * seconds;
    this.#peopleSeconds += people * seconds;
    if (this.#peopleSeconds <= PEOPLE_SECONDS_MAX) return;
    for (let i = 0; i < SPEEDS; i++) this.#speeds[i]! /= 2;
    this.#peopleSeconds /= 2;
  }

  /** `people` hurried for `seconds`. */
  saw(people: number, seconds: number): void {
    this.#hurried[Math.min(COUNTS - 1, Math.round(2 * people))]! += seconds;
    this.#seconds += seconds;
    if (this.#seconds <= SECONDS_MAX) return;
    for (let i = 0; i < COUNTS; i++) this.#hurried[i]! /= 2;
    this.#seconds /= 2;
  }

  /** Median speed of those who walk, m/s. */
  get usual(): number {
    return SPEED_MIN * Math.exp(((quantile(this.#speeds, 0.5) + 0.5) / SPEEDS) * SPAN);
  }

  /** How many hurry here in all but the busiest twentieth of the time. */
  get busiest(): number {
    return quantile(this.#hurried, 0.95) / 2;
  }
}

function binOf(speed: number): number {
  const at = Math.floor((Math.log(Math.max(speed, SPEED_MIN) / SPEED_MIN) / SPAN) * SPEEDS);
  return Math.min(SPEEDS - 1, at);
}

/** The first bin up to which this share lies; 0 of an empty histogram. */
function quantile(histogram: Float64Array, share: number): number {
  let total = 0;
  for (const count of histogram) total += count;
  let sum = 0;
  for (let i = 0; i < histogram.length; i++) {
    sum += histogram[i]!;
    if (sum >= share * total) return total === 0 ? 0 : i;
  }
  return histogram.length - 1;
}
