/** One zone or line: its area or course, its name, and while it is chosen its points. */
import { useRef } from 'preact/hooks';
import type { Pair } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { tell } from '../ui/toast.tsx';
import type { Desk } from './desk.ts';
import {
  type PlaceRef,
  POINTS_MIN,
  placeOf,
  pointsOf,
  withoutPlace,
  withPlaceMoved,
  withPoints,
} from './draft.ts';
import { faultsAt } from './faults.ts';
import { coordinate, count } from './format.ts';
import { useDrag } from './gesture.ts';
import {
  anchor,
  middle,
  pointAt,
  type Size,
  STEP,
  STEP_LARGE,
  snapped,
  withoutPoint,
  withPoint,
  withPointAfter,
} from './shapes.ts';
import { SideMarks } from './sides.tsx';
import { useZonesWords } from './words.ts';

interface ShapeProps {
  readonly desk: Desk;
  readonly place: PlaceRef;
  readonly size: Size;
  readonly isChosen: boolean;
  readonly allowed: readonly string[];
}

const ARROWS: Readonly<Record<string, Pair>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** Closer together than this on the screen, there is no room for a mark between two points. */
const ROOM_PX = 52;

export function Shape({ desk, place: ref, size, isChosen, allowed }: ShapeProps) {
  const words = useZonesWords();
  const { setup } = desk;
  const shape = placeOf(setup, ref);
  const drag = useDrag();
  if (shape === undefined) return null;
  const isClosed = ref.kind === 'zone';
  const points = pointsOf(shape);
  const name = isClosed ? words.zoneNamed(shape.id) : words.lineNamed(shape.id);
  const isFaulty = faultsAt(desk.faults, ref.kind, ref.index).length > 0;
  const path = pathOf(points, size, isClosed);
  const [labelX, labelY] = anchor(points, isClosed);

  const onShapeKey = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (event.key === 'Enter' || event.key === ' ') desk.select(ref);
    else if (event.key === 'Escape') desk.select(undefined);
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      desk.edit(withoutPlace(setup, ref));
      desk.select(undefined);
    } else if (arrow !== undefined) {
      const step = event.shiftKey ? STEP_LARGE : STEP;
      desk.edit(
        withPlaceMoved(setup, ref, [arrow[0] * step, arrow[1] * step]),
        `move ${ref.kind} ${ref.index}`,
      );
    } else return;
    event.preventDefault();
  };
  const onShapeDown = (event: PointerEvent) => {
    desk.select(ref);
    drag(event, size, (by, gesture) => desk.edit(withPlaceMoved(setup, ref, by), gesture));
  };
  return (
    <g class={`zones-shape ${ref.kind} ${isChosen ? 'chosen' : ''} ${isFaulty ? 'faulty' : ''}`}>
      {!isClosed && <path class="zones-grip" d={path} onPointerDown={onShapeDown} />}
      <path class="zones-under" d={path} />
      {/* biome-ignore lint/a11y/useSemanticElements: nothing of HTML can be drawn here */}
      <path
        class="zones-course"
        d={path}
        tabindex={0}
        role="button"
        aria-label={words.wholeShape(name)}
        aria-pressed={isChosen}
        onPointerDown={onShapeDown}
        onKeyDown={onShapeKey}
      />
      {!isClosed && <SideMarks points={points} size={size} allowed={allowed} />}
      <text class="zones-name" x={labelX * size.width} y={labelY * size.height - (isClosed ? 0 : 14)}>
        {isFaulty ? `⚠ ${shape.id}` : shape.id}
      </text>
    </g>
  );
}

interface HandlesProps {
  readonly desk: Desk;
  readonly place: PlaceRef;
  readonly size: Size;
}

/** The points of the chosen shape. On top of everything, so that they can be taken. */
export function Handles({ desk, place: ref, size }: HandlesProps) {
  const words = useZonesWords();
  const { setup } = desk;
  const shape = placeOf(setup, ref);
  const drag = useDrag();
  const group = useRef<SVGGElement>(null);
  if (shape === undefined) return null;
  const isClosed = ref.kind === 'zone';
  const points = pointsOf(shape);
  const name = isClosed ? words.zoneNamed(shape.id) : words.lineNamed(shape.id);

  const change = (next: readonly Pair[], gesture?: string) =>
    desk.edit(withPoints(setup, ref, next), gesture);
  const remove = (index: number) => {
    if (points.length <= POINTS_MIN[ref.kind]) return tell(words.fewestPoints(String(POINTS_MIN[ref.kind])));
    change(withoutPoint(points, index));
    focusSoon(group, Math.max(0, index - 1));
  };
  const add = (index: number) => {
    change(withPointAfter(points, index, isClosed));
    focusSoon(group, index + 1);
  };
  const onPointKey = (event: KeyboardEvent, index: number) => {
    const arrow = ARROWS[event.key];
    const [x, y] = points[index]!;
    if (event.key === 'Delete' || event.key === 'Backspace') remove(index);
    else if (event.key === 'Insert' || event.key === '+') add(index);
    else if (event.key === 'Escape') desk.select(undefined);
    else if (arrow !== undefined) {
      const step = event.shiftKey ? STEP_LARGE : STEP;
      const next = pointAt(x + arrow[0] * step, y + arrow[1] * step);
      change(withPoint(points, index, next), `point ${ref.kind} ${ref.index} ${index}`);
    } else return;
    event.preventDefault();
  };
  return (
    <g ref={group}>
      {points.map((point, index) => {
        const next = points[index + 1] ?? (isClosed ? points[0]! : undefined);
        return (
          next !== undefined &&
          distance(point, next, size) > ROOM_PX && (
            <Adder
              key={index}
              at={middle(point, next)}
              size={size}
              number={index + 1}
              onAdd={() => add(index)}
            />
          )
        );
      })}
      {points.map((point, index) => (
        <Point
          key={index}
          at={point}
          size={size}
          name={name}
          number={index + 1}
          of={points.length}
          onDown={(event) =>
            drag(event, size, ([dx, dy], gesture) =>
              change(withPoint(points, index, snapped(pointAt(point[0] + dx, point[1] + dy))), gesture),
            )
          }
          onKey={(event) => onPointKey(event, index)}
        />
      ))}
    </g>
  );
}

interface PointProps {
  readonly at: Pair;
  readonly size: Size;
  readonly name: string;
  readonly number: number;
  readonly of: number;
  readonly onDown: (event: PointerEvent) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

function Point({ at, size, name, number, of, onDown, onKey }: PointProps) {
  const words = useZonesWords();
  const { language } = usePreferences();
  const [x, y] = [at[0] * size.width, at[1] * size.height];
  const coordinates = at.map((one) => coordinate(language, one));
  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing of HTML can be drawn here
    <g
      class="zones-point"
      data-point={number - 1}
      tabindex={0}
      role="button"
      aria-label={words.pointOf(
        name,
        count(language, number),
        count(language, of),
        coordinates[0]!,
        coordinates[1]!,
      )}
      onPointerDown={onDown}
      onKeyDown={onKey}
    >
      <circle class="zones-target" cx={x} cy={y} r={13} />
      <circle class="zones-dot" cx={x} cy={y} r={6} />
      <text x={Math.min(size.width - 60, x + 10)} y={Math.max(12, y - 10)}>
        {number}: {coordinates.join(' · ')}
      </text>
    </g>
  );
}

interface AdderProps {
  readonly at: Pair;
  readonly size: Size;
  readonly number: number;
  readonly onAdd: () => void;
}

function Adder({ at, size, number, onAdd }: AdderProps) {
  const words = useZonesWords();
  const { language } = usePreferences();
  const [x, y] = [at[0] * size.width, at[1] * size.height];
  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing of HTML can be drawn here
    <g
      class="zones-adder"
      tabindex={0}
      role="button"
      aria-label={words.addPointAfter(count(language, number))}
      onPointerDown={(event) => {
        event.stopPropagation();
        onAdd();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onAdd();
      }}
    >
      <circle class="zones-target" cx={x} cy={y} r={12} />
      <circle class="zones-plus" cx={x} cy={y} r={8} />
      <path d={`M${x - 4} ${y}h8M${x} ${y - 4}v8`} />
    </g>
  );
}

function focusSoon(group: { readonly current: SVGGElement | null }, index: number): void {
  requestAnimationFrame(() => group.current?.querySelector<SVGGElement>(`[data-point="${index}"]`)?.focus());
}

function distance(a: Pair, b: Pair, { width, height }: Size): number {
  return Math.hypot((a[0] - b[0]) * width, (a[1] - b[1]) * height);
}

function pathOf(points: readonly Pair[], { width, height }: Size, isClosed: boolean): string {
  const parts = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x * width} ${y * height}`);
  return parts.join('') + (isClosed ? 'Z' : '');
}
