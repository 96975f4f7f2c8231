/** Zones and lines as a list; the chosen one with its name, its area and its points as numbers. */
import { usePreferences } from '../preferences.ts';
import { tell } from '../ui/toast.tsx';
import type { Desk } from './desk.ts';
import {
  type Line,
  type PlaceRef,
  POINTS_MIN,
  pointsOf,
  withArea,
  withNewPlace,
  withoutPlace,
  withPlaceNamed,
  withPoints,
  type Zone,
} from './draft.ts';
import { count } from './format.ts';
import { FaultLines, Item } from './item.tsx';
import { pointAt, tidy, withoutPoint, withPoint, withPointAfter } from './shapes.ts';
import { useZonesWords } from './words.ts';

export function Places({ desk }: { readonly desk: Desk }) {
  const words = useZonesWords();
  const { zones, lines } = desk.setup;
  const add = (kind: 'zone' | 'line') => {
    const { setup, ref } = withNewPlace(desk.setup, kind, kind);
    desk.edit(setup);
    desk.select(ref);
  };
  return (
    <section class="zones-part" aria-label={words.shapes}>
      <header>
        <h2>{words.shapes}</h2>
        <button type="button" class="button" onClick={() => add('zone')}>
          <span aria-hidden="true">+ {words.zoneShort}</span>
          <span class="hidden-but-read">{words.addZone}</span>
        </button>
        <button type="button" class="button" onClick={() => add('line')}>
          <span aria-hidden="true">+ {words.lineShort}</span>
          <span class="hidden-but-read">{words.addLine}</span>
        </button>
      </header>
      {zones.length + lines.length === 0 && <p class="quiet small">{words.noShapes}</p>}
      <ul class="zones-list">
        {zones.map((zone, index) => (
          <Place key={`zone${index}`} desk={desk} place={{ kind: 'zone', index }} shape={zone} />
        ))}
        {lines.map((line, index) => (
          <Place key={`line${index}`} desk={desk} place={{ kind: 'line', index }} shape={line} />
        ))}
      </ul>
    </section>
  );
}

interface PlaceProps {
  readonly desk: Desk;
  readonly place: PlaceRef;
  readonly shape: Zone | Line;
}

function Place({ desk, place: ref, shape }: PlaceProps) {
  const words = useZonesWords();
  const { language } = usePreferences();
  const isZone = 'polygon' in shape;
  const points = pointsOf(shape);
  const gesture = (what: string) => `${what} ${ref.kind} ${ref.index}`;
  const named = isZone ? words.zoneNamed(shape.id) : words.lineNamed(shape.id);
  return (
    <Item
      desk={desk}
      at={ref}
      title={shape.id}
      subtitle={isZone ? words.zone : words.line}
      onRemove={() => {
        desk.edit(withoutPlace(desk.setup, ref));
        desk.select(undefined);
      }}
      removeLabel={words.remove(named)}
    >
      <div class="zones-fields">
        <label class="field">
          <span>{words.name}</span>
          <input
            value={shape.id}
            maxLength={64}
            spellcheck={false}
            onInput={({ currentTarget }) =>
              desk.edit(withPlaceNamed(desk.setup, ref, currentTarget.value), gesture('name'))
            }
          />
          <FaultLines desk={desk} at={ref} field="id" />
        </label>
        {isZone && (
          <label class="field">
            <span>{words.area}</span>
            <input
              type="number"
              min={0}
              step="any"
              value={shape.area_m2 ?? ''}
              title={words.areaHint}
              onInput={({ currentTarget }) => {
                const area = currentTarget.value === '' ? undefined : currentTarget.valueAsNumber;
                desk.edit(withArea(desk.setup, ref.index, area), gesture('area'));
              }}
            />
            <FaultLines desk={desk} at={ref} field="area_m2" />
          </label>
        )}
      </div>
      {!isZone && <p class="small quiet">{words.sides}</p>}
      <table class="zones-points">
        <caption class="hidden-but-read">{words.points}</caption>
        <thead>
          <tr>
            <th scope="col">{words.point}</th>
            <th scope="col">x</th>
            <th scope="col">y</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {points.map((point, index) => (
            <tr key={index}>
              <th scope="row">{count(language, index + 1)}</th>
              {(['x', 'y'] as const).map((axis, at) => (
                <td key={axis}>
                  <input
                    type="number"
                    min={0}
                    max={1}
                    step={0.005}
                    aria-label={`${words.point} ${index + 1}, ${axis}`}
                    value={point[at]}
                    onInput={({ currentTarget }) => {
                      const value = currentTarget.valueAsNumber;
                      if (Number.isNaN(value)) return;
                      const next = at === 0 ? pointAt(value, point[1]) : pointAt(point[0], tidy(value));
                      desk.edit(
                        withPoints(desk.setup, ref, withPoint(points, index, next)),
                        gesture(`number ${index} ${axis}`),
                      );
                    }}
                  />
                </td>
              ))}
              <td class="zones-point-acts">
                <button
                  type="button"
                  class="button plain"
                  aria-label={words.addPointAfter(count(language, index + 1))}
                  onClick={() =>
                    desk.edit(withPoints(desk.setup, ref, withPointAfter(points, index, isZone)))
                  }
                >
                  <span aria-hidden="true">+</span>
                </button>
                <button
                  type="button"
                  class="button plain"
                  aria-label={words.removePoint(count(language, index + 1))}
                  onClick={() =>
                    points.length <= POINTS_MIN[ref.kind]
                      ? tell(words.fewestPoints(count(language, POINTS_MIN[ref.kind])))
                      : desk.edit(withPoints(desk.setup, ref, withoutPoint(points, index)))
                  }
                >
                  <span aria-hidden="true">−</span>
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <FaultLines desk={desk} at={ref} field={isZone ? 'polygon' : 'points'} />
    </Item>
  );
}
