/** Presences in zones over time: spans of frames that become one where they touch. */
import type { TruthEvent } from './scene-truth.ts';

/** x0, y0, x1, y1 on the view. */
export type Region = [number, number, number, number];

/** Widens a box, in place. */
export function grow(into: Region, by: Region): void {
  into[0] = Math.min(into[0], by[0]);
  into[1] = Math.min(into[1], by[1]);
  into[2] = Math.max(into[2], by[2]);
  into[3] = Math.max(into[3], by[3]);
}

/** Intervals per zone; those less than a second apart become one. */
export class Presence {
  readonly #spans = new Map<string, { from: number; last: number; who: Set<number>; region: Region }[]>();
  readonly #gap: number;

  constructor(fps: number) {
    this.#gap = fps;
  }

  add(zone: string, from: number, last: number, who: number, region: Region): void {
    const spans = this.#spans.get(zone) ?? [];
    this.#spans.set(zone, spans);
    const joined = { from, last, who: new Set([who]), region: [...region] as Region };
    // A span that touches several joins them all.
    for (let k = spans.length - 1; k >= 0; k--) {
      const span = spans[k]!;
      if (joined.from - span.last > this.#gap || span.from - joined.last > this.#gap) continue;
      joined.from = Math.min(joined.from, span.from);
      joined.last = Math.max(joined.last, span.last);
      for (const id of span.who) joined.who.add(id);
      grow(joined.region, span.region);
      spans.splice(k, 1);
    }
    spans.push(joined);
  }

  events(type: TruthEvent['type']): TruthEvent[] {
    const round = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
    return [...this.#spans].flatMap(([zone, spans]) =>
      spans.map((span) => {
        const [x0, y0, x1, y1] = span.region.map(round) as Region;
        return {
          type,
          zone,
          start_frame: span.from,
          end_frame: span.last,
          region: [
            [x0, y0],
            [x1, y0],
            [x1, y1],
            [x0, y1],
          ] as const,
          who: [...span.who].sort((a, b) => a - b),
        };
      }),
    );
  }
}
