/** The camera's view with everything that is drawn on it, to be changed by pointer and by keys. */
import './stage.css';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Box } from '../../../model.ts';
import type { RuleText } from '../../api.ts';
import type { Desk } from './desk.ts';
import { DirectionArrow } from './direction.tsx';
import type { ViewPicture } from './picture.ts';
import { Handles, Shape } from './shape.tsx';
import type { Size } from './shapes.ts';
import { useZonesWords } from './words.ts';

interface StageProps {
  readonly desk: Desk;
  readonly picture: ViewPicture | undefined;
  /** Of a candidate of the preview that is looked at. */
  readonly region: Box | undefined;
}

export function Stage({ desk, picture, region }: StageProps) {
  const words = useZonesWords();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const size = useSize(box, picture ? picture.width / picture.height : 16 / 9);
  useLayoutEffect(() => {
    if (picture !== undefined && canvas.current !== null) picture.draw(canvas.current);
  }, [picture]);
  const { setup, selection } = desk;
  const refs = [
    ...setup.zones.map((_, index) => ({ kind: 'zone' as const, index })),
    ...setup.lines.map((_, index) => ({ kind: 'line' as const, index })),
  ];
  const isChosen = (one: (typeof refs)[number]) =>
    one.kind === selection?.kind && one.index === selection.index;
  const chosen = refs.find(isChosen);
  return (
    <div class="zones-stage" ref={box}>
      <div class="zones-view" style={{ width: `${size.width}px`, height: `${size.height}px` }}>
        {picture === undefined ? <div class="zones-blank" /> : <canvas ref={canvas} />}
        {/* biome-ignore lint/a11y/useSemanticElements: nothing of HTML can be drawn here */}
        <svg
          ref={svg}
          width={size.width}
          height={size.height}
          role="group"
          aria-label={words.picture.view}
          onPointerDown={({ target }) => target === svg.current && desk.select(undefined)}
        >
          {refs.map((ref) => (
            <Shape
              key={`${ref.kind}${ref.index}`}
              desk={desk}
              place={ref}
              size={size}
              isChosen={isChosen(ref)}
              allowed={allowedOver(setup.rules, setup.lines[ref.index]?.id, ref.kind)}
            />
          ))}
          {setup.rules.map((rule, index) =>
            isDirected(rule) ? (
              <DirectionArrow key={rule.id} desk={desk} rule={rule} index={index} size={size} />
            ) : null,
          )}
          {chosen && <Handles desk={desk} place={chosen} size={size} />}
          {region && (
            <rect
              class="zones-region"
              x={region.x0 * size.width}
              y={region.y0 * size.height}
              width={(region.x1 - region.x0) * size.width}
              height={(region.y1 - region.y0) * size.height}
            />
          )}
        </svg>
      </div>
    </div>
  );
}

function isDirected(rule: RuleText): boolean {
  return rule.event === 'wrong_way' && Array.isArray(rule.direction);
}

/** The ways over a line that some rule permits. */
function allowedOver(
  rules: readonly RuleText[],
  line: string | undefined,
  kind: 'zone' | 'line',
): readonly string[] {
  if (kind === 'zone' || line === undefined) return [];
  return rules.flatMap((rule) =>
    rule.line === line && typeof rule.allowed === 'string' ? [rule.allowed] : [],
  );
}

/** As large as the place allows, in the picture's own shape. */
function useSize(box: { readonly current: HTMLDivElement | null }, aspect: number): Size {
  const [size, setSize] = useState<Size>({ width: 640, height: 640 / aspect });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => {
      const width = Math.max(200, Math.min(element.clientWidth, element.clientHeight * aspect));
      setSize({ width: Math.floor(width), height: Math.floor(width / aspect) });
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    look();
    return () => sizes.disconnect();
  }, [aspect]);
  return size;
}
