import type { Pair } from '../../api.ts';
import { leftOf, type Size } from './shapes.ts';
import { useZonesWords } from './words.ts';

interface SideMarksProps {
  readonly points: readonly Pair[];
  readonly size: Size;
  /** Ways over it that rules permit. */
  readonly allowed: readonly string[];
}

const AWAY_PX = 24;

/** Which side is left, and the permitted way over the line as an arrow. */
export function SideMarks({ points, size, allowed }: SideMarksProps) {
  const words = useZonesWords();
  const [a, b] = [points[0], points[1]];
  if (a === undefined || b === undefined) return null;
  const [nx, ny] = leftOf(points, size);
  // Nearer to the second point, so that the line's name has room in the middle.
  const at = (share: number): Pair => [
    (a[0] + (b[0] - a[0]) * share) * size.width,
    (a[1] + (b[1] - a[1]) * share) * size.height,
  ];
  const [x, y] = at(0.72);
  return (
    <g class="zones-sides">
      <text x={x + nx * AWAY_PX} y={y + ny * AWAY_PX}>
        {words.left}
      </text>
      <text x={x - nx * AWAY_PX} y={y - ny * AWAY_PX}>
        {words.right}
      </text>
      {allowed.map((way, index) => {
        const [fromX, fromY] = at(0.3 + 0.12 * index);
        const sign = way === 'left_to_right' ? -1 : 1;
        return (
          <path
            key={way}
            d={arrowPath([fromX - sign * nx * 26, fromY - sign * ny * 26], [sign * nx, sign * ny], 52)}
          />
        );
      })}
    </g>
  );
}

/** From a point in a direction of length 1, on the screen; with a head. */
export function arrowPath([x, y]: Pair, [dx, dy]: Pair, length: number, isDouble = false): string {
  const [tipX, tipY] = [x + dx * length, y + dy * length];
  const head = (atX: number, atY: number, sign: number) =>
    `M${atX - sign * (dx * 11 - dy * 7)} ${atY - sign * (dy * 11 + dx * 7)}` +
    `L${atX} ${atY}L${atX - sign * (dx * 11 + dy * 7)} ${atY - sign * (dy * 11 - dx * 7)}`;
  return `M${x} ${y}L${tipX} ${tipY}${head(tipX, tipY, 1)}${isDouble ? head(x, y, -1) : ''}`;
}
