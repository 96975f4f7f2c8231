/** The permitted direction of a wrong-way rule, from the middle of its zone; its tip is dragged or turned by keys. */
import type { Pair, RuleText } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import type { Desk } from './desk.ts';
import { withRule } from './draft.ts';
import { count } from './format.ts';
import { useDrag } from './gesture.ts';
import { anchor, directionOf, onScreen, type Size, turned } from './shapes.ts';
import { arrowPath } from './sides.tsx';
import { useZonesWords } from './words.ts';

interface DirectionArrowProps {
  readonly desk: Desk;
  readonly rule: RuleText;
  readonly index: number;
  readonly size: Size;
}

const LENGTH_PX = 70;
const BELOW_PX = 18;
const TURN_DEGREES = 5;
const TURN_DEGREES_LARGE = 30;
const TURNS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export function DirectionArrow({ desk, rule, index, size }: DirectionArrowProps) {
  const words = useZonesWords();
  const { language } = usePreferences();
  const drag = useDrag();
  const zone = desk.setup.zones.find(({ id }) => id === rule.zone);
  if (zone === undefined) return null;
  const direction = rule.direction as Pair;
  const [dx, dy] = onScreen(direction, size);
  const [middleX, middleY] = anchor(zone.polygon, true);
  // Under the zone's name.
  const from: Pair = [
    middleX * size.width - (dx * LENGTH_PX) / 2,
    middleY * size.height + BELOW_PX - (dy * LENGTH_PX) / 2 + Math.abs(dy) * (LENGTH_PX / 2),
  ];
  const tip: Pair = [from[0] + dx * LENGTH_PX, from[1] + dy * LENGTH_PX];
  const set = (next: Pair, gesture: string) =>
    desk.edit(withRule(desk.setup, index, { ...rule, direction: next }), gesture);
  const degrees = Math.round((Math.atan2(dy, dx) * 180) / Math.PI);
  const isChosen = desk.selection?.kind === 'rule' && desk.selection.index === index;
  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing of HTML can be drawn here
    <g
      class={`zones-direction ${isChosen ? 'chosen' : ''}`}
      tabindex={0}
      role="button"
      aria-label={words.directionOf(words.ruleNamed(rule.id), count(language, degrees))}
      onPointerDown={(event) => {
        desk.select({ kind: 'rule', index });
        drag(event, size, ([byX, byY], gesture) =>
          set(
            directionOf([tip[0] + byX * size.width - from[0], tip[1] + byY * size.height - from[1]], size),
            gesture,
          ),
        );
      }}
      onKeyDown={(event) => {
        const turn = TURNS[event.key];
        if (event.key === 'Enter') desk.select({ kind: 'rule', index });
        else if (turn !== undefined) {
          const by = turn * (event.shiftKey ? TURN_DEGREES_LARGE : TURN_DEGREES);
          set(turned(direction, by, size), `turn ${index}`);
        } else return;
        event.preventDefault();
      }}
    >
      <path class="zones-under" d={arrowPath(from, [dx, dy], LENGTH_PX, rule.either_sign === true)} />
      <path d={arrowPath(from, [dx, dy], LENGTH_PX, rule.either_sign === true)} />
      <circle class="zones-target" cx={tip[0]} cy={tip[1]} r={14} />
    </g>
  );
}
