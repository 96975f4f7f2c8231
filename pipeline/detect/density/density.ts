/**
 * density: more people, or more people per m2, in a zone than its limit, for the rule's time. A crowd that stands
 * still stays counted; a count that is not known (warming, blind, flooded) neither begins nor ends anything.
 */
import type { Measured } from '../../model.ts';
import type { DensityRule, Zone } from '../../site/site.ts';
import { boundsOf } from '../../site/site.ts';
import { type Condition, HOLDS_NOT } from '../claim.ts';
import type { RuleMachine } from '../rule.ts';
import { Flooded } from './flooded.ts';

/** An open claim goes on until the count falls below this share of the limit. */
const RELEASE_SHARE = 0.95;

export class Density implements RuleMachine {
  readonly place: string;
  readonly timing;
  readonly #rule: DensityRule;
  readonly #zone: Zone;
  #above = false;
  readonly #flooded = new Flooded();

  constructor(rule: DensityRule, zone: Zone) {
    this.#rule = rule;
    this.#zone = zone;
    this.place = zone.id;
    this.timing = { holdMs: rule.forMs, graceMs: 1_000, releaseMs: 2_000 };
  }

  save() {
    return { above: this.#above, flooded: this.#flooded.save() };
  }

  restore({ above, flooded }: ReturnType<Density['save']>): void {
    this.#above = above;
    this.#flooded.restore(flooded);
  }

  look({ frame, zones }: Measured): Condition | undefined {
    if (this.#flooded.step(frame.cells, frame.capturedAtMs)) return undefined;
    const zone = zones.find((measured) => measured.zone === this.place);
    if (zone?.people === undefined) return undefined;
    const limit = 'people' in this.#rule.limit ? this.#rule.limit.people : this.#rule.limit.perM2;
    const value = 'people' in this.#rule.limit ? zone.people : zone.density;
    if (value === undefined) return undefined;
    this.#above = value >= (this.#above ? RELEASE_SHARE : 1) * limit;
    if (!this.#above) return HOLDS_NOT;
    const unit = 'people' in this.#rule.limit ? 'people' : 'people/m2';
    return {
      holds: true,
      region: boundsOf(this.#zone.polygon),
      score: Math.min(1, value / limit / 2),
      explanation: `${value.toFixed(1)} ${unit} in '${this.place}', limit ${limit} for ${this.#rule.forMs / 1000} s`,
      findings: [
        { name: unit === 'people' ? 'people' : 'density', value, limit, unit },
        { name: 'held', value: this.#rule.forMs / 1000, limit: this.#rule.forMs / 1000, unit: 's' },
      ],
    };
  }
}
