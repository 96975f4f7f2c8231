/**
 * Whether the body of a track goes where its foot goes. What is a body moves as one: optical flow inside its box says
 * so, if less than the whole way, because cloth shows little of it and the floor in the box none. A track that is strung
 * together of flakes, of the patches of a lamp that is switched or of pieces of two people moves its foot alone.
 *
 * Both ways are added up and forgotten over some seconds, so that one picture proves nothing. A producer may send frames
 * without flow, boxes of a detector for example: where none was ever seen, feet are believed.
 */
import type { Point, Track } from '../../model.ts';

const FORGET_MS = 4_000;
/** People's heights: below that nobody can say whether a foot has gone anywhere. */
const GONE_MIN = 0.1;

/** View widths and heights; changed in place. */
interface Way {
  foot: Point;
  goneX: number;
  goneY: number;
  bodyX: number;
  bodyY: number;
}

export class Carried {
  readonly #ways = new Map<number, Way>();
  /** Flow was seen once. */
  #measured = false;

  save() {
    return { ways: this.#ways, measured: this.#measured };
  }

  restore({ ways, measured }: ReturnType<Carried['save']>): void {
    this.#measured = measured;
    this.#ways.clear();
    for (const [track, way] of ways) this.#ways.set(track, { ...way });
  }

  /** `stepMs`: since the frame before. */
  step(tracks: readonly Track[], stepMs: number): void {
    const alive = new Set(tracks.map(({ id }) => id));
    for (const id of this.#ways.keys()) if (!alive.has(id)) this.#ways.delete(id);
    const kept = Math.exp(-stepMs / FORGET_MS);
    this.#measured ||= tracks.some(({ flow }) => flow.x !== 0 || flow.y !== 0);
    for (const { id, foot, flow } of tracks) {
      const way = this.#ways.get(id);
      if (way === undefined) {
        this.#ways.set(id, { foot, goneX: 0, goneY: 0, bodyX: 0, bodyY: 0 });
        continue;
      }
      way.goneX = kept * way.goneX + foot.x - way.foot.x;
      way.goneY = kept * way.goneY + foot.y - way.foot.y;
      way.bodyX = kept * way.bodyX + (flow.x * stepMs) / 1000;
      way.bodyY = kept * way.bodyY + (flow.y * stepMs) / 1000;
      way.foot = foot;
    }
  }

  /**
   * Share of its foot's way of the last seconds that its body went as well, 0 or less where it went elsewhere; 1 of a
   * foot that has hardly moved. `aspect`: width over height of the view.
   */
  share({ id, personHeight }: Track, aspect: number): number {
    const way = this.#ways.get(id);
    if (way === undefined || !this.#measured) return 1;
    const goneX = way.goneX * aspect;
    const gone = Math.hypot(goneX, way.goneY);
    if (gone < GONE_MIN * personHeight) return 1;
    return (way.bodyX * aspect * goneX + way.bodyY * way.goneY) / gone ** 2;
  }

  /** How far the body has gone in the last seconds, people's heights. `aspect`: width over height of the view. */
  way({ id, personHeight }: Track, aspect: number): number {
    const way = this.#ways.get(id);
    return way === undefined ? 0 : Math.hypot(way.bodyX * aspect, way.bodyY) / personHeight;
  }
}
