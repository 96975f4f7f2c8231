/**
 * Whether the body of a track goes where its foot goes. What is a body moves as one: optical flow inside its box says
 * so, if less than the whole way, because cloth shows little of it and the floor in the box none. A track that is strung
 * together of flakes, of the patches of a lamp that is switched or of pieces of two people moves its foot alone.
 *
 * Both ways are added up and forgotten over some seconds, so that one picture proves nothing. Of a foot that stands by
 * then the whole way counts, from where it was first seen: it came with its body, or it is a patch of light whose edges
 * went. A producer may send frames without flow, boxes of a detector for example: where none was ever seen, feet are
 * believed.
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
  /** Where the foot was first, and the body's whole way since. */
  readonly from: Point;
  wholeX: number;
  wholeY: number;
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
        this.#ways.set(id, startAt(foot));
        continue;
      }
      way.goneX = kept * way.goneX + foot.x - way.foot.x;
      way.goneY = kept * way.goneY + foot.y - way.foot.y;
      const movedX = (flow.x * stepMs) / 1000;
      const movedY = (flow.y * stepMs) / 1000;
      way.bodyX = kept * way.bodyX + movedX;
      way.bodyY = kept * way.bodyY + movedY;
      way.wholeX += movedX;
      way.wholeY += movedY;
      way.foot = foot;
    }
  }

  /** What was seen in its box until now was something else, a train that leaves: it begins anew. */
  restart({ id, foot }: Track): void {
    this.#ways.set(id, startAt(foot));
  }

  /**
   * Share of its foot's way of the last seconds that its body went as well, 0 or less where it went elsewhere; of a foot
   * that has hardly moved since, of its whole way; 1 of one that has never moved. `aspect`: width over height of the view.
   */
  share({ id, personHeight }: Track, aspect: number): number {
    const way = this.#ways.get(id);
    if (way === undefined || !this.#measured) return 1;
    const { goneX, goneY, bodyX, bodyY, foot, from, wholeX, wholeY } = way;
    const least = GONE_MIN * personHeight;
    return (
      shareOf(goneX * aspect, goneY, bodyX * aspect, bodyY, least) ??
      shareOf((foot.x - from.x) * aspect, foot.y - from.y, wholeX * aspect, wholeY, least) ??
      1
    );
  }

  /** How far the body has gone in the last seconds, people's heights. `aspect`: width over height of the view. */
  way({ id, personHeight }: Track, aspect: number): number {
    const way = this.#ways.get(id);
    return way === undefined ? 0 : Math.hypot(way.bodyX * aspect, way.bodyY) / personHeight;
  }
}

function startAt(foot: Point): Way {
  return { foot, goneX: 0, goneY: 0, bodyX: 0, bodyY: 0, from: foot, wholeX: 0, wholeY: 0 };
}

/** Undefined of a foot that has gone less than `least`. */
function shareOf(
  goneX: number,
  goneY: number,
  bodyX: number,
  bodyY: number,
  least: number,
): number | undefined {
  const gone = Math.hypot(goneX, goneY);
  return gone < least ? undefined : (bodyX * goneX + bodyY * goneY) / gone ** 2;
}
