import { describe, expect, it } from 'vitest';
import type { Pair, RuleText, SetupText } from '../../../pipeline/console/api.ts';
import { changesBetween, isSame } from '../../../pipeline/console/web/zones/diff.ts';
import {
  edited,
  freeId,
  type History,
  historyOf,
  redone,
  undone,
  withNewPlace,
  withoutPlace,
  withPlaceMoved,
  withPlaceNamed,
} from '../../../pipeline/console/web/zones/draft.ts';
import { faultsAt, placeOfFault } from '../../../pipeline/console/web/zones/faults.ts';
import {
  CONFIRMERS_DEFAULT,
  durationText,
  FIELDS,
  FOR_MS_DEFAULT,
  ofEvent,
  onTheWay,
  SEVERITY_DEFAULT,
  withKey,
} from '../../../pipeline/console/web/zones/rule-form.ts';
import {
  anchor,
  directionOf,
  leftOf,
  movedBy,
  onScreen,
  pointAt,
  snapped,
  turned,
  withPointAfter,
} from '../../../pipeline/console/web/zones/shapes.ts';
import { courseOf, cross } from '../../../pipeline/measure/geometry.ts';
import { EVENT_TYPES, type EventType } from '../../../pipeline/model.ts';
import * as site from '../../../pipeline/site/defaults.ts';
import { parseSite } from '../../../pipeline/site/parse.ts';
import { SETUP } from '../../support/pages/samples.ts';
import { random, SEED } from '../../support/random.ts';

const { setup } = SETUP;
const square: readonly Pair[] = [
  [0.2, 0.2],
  [0.6, 0.2],
  [0.6, 0.6],
  [0.2, 0.6],
];
const size = { width: 1600, height: 900 };

describe('shapes', () => {
  it.each<[string, Pair, Pair]>([
    ['is held by the borders', [-0.4, 1.7], [0, 1]],
    ['is drawn to them', [0.011, 0.991], [0, 1]],
    ['is left alone elsewhere', [0.013, 0.5], [0.013, 0.5]],
  ])('a point %s', (_, from, want) => {
    expect(snapped(pointAt(...from))).toEqual(want);
  });
  it('a shape that is moved keeps its form, and stays in the view', () => {
    expect(movedBy(square, [0.1, -0.1])).toEqual([
      [0.3, 0.1],
      [0.7, 0.1],
      [0.7, 0.5],
      [0.3, 0.5],
    ]);
    expect(movedBy(square, [3, 0.1])[1]).toEqual([1, 0.3]);
    expect(movedBy(square, [3, 0.1])[0]).toEqual([0.6, 0.3]);
  });
  it('a new point lies between its neighbours, behind the last one of a line beyond it', () => {
    expect(withPointAfter(square, 3, true)[4]).toEqual([0.2, 0.4]);
    expect(withPointAfter(square.slice(0, 2), 0, false)[1]).toEqual([0.4, 0.2]);
    expect(withPointAfter(square.slice(0, 2), 1, false)[2]).toEqual([0.8, 0.2]);
  });
  it('a name stands in the middle', () => {
    expect(anchor(square, true)).toEqual([0.4, 0.4]);
    expect(anchor(square.slice(0, 2), false)).toEqual([0.4, 0.2]);
    expect(anchor([], true)).toEqual([0.5, 0.5]);
    // Without area.
    expect(
      anchor(
        [
          [0.1, 0.1],
          [0.2, 0.2],
          [0.3, 0.3],
        ],
        true,
      ),
    ).toEqual([0.15, 0.15]);
  });
  it('left is what the measuring calls left', () => {
    const chance = random(SEED);
    for (let round = 0; round < 50; round++) {
      const angle = chance.unit() * 2 * Math.PI;
      const by = (of: number, length: number): Pair => [
        0.5 + Math.cos(of) * length * (size.height / size.width),
        0.5 + Math.sin(of) * length,
      ];
      const line: readonly Pair[] = [by(angle + Math.PI, 0.3), by(angle, 0.3)];
      const [nx, ny] = leftOf(line, size);
      const left = { x: 0.5 + (nx * 200) / size.width, y: 0.5 + (ny * 200) / size.height };
      const right = { x: 0.5 - (nx * 200) / size.width, y: 0.5 - (ny * 200) / size.height };
      const points = line.map(([x, y]) => ({ x, y }));
      const course = courseOf(points, size.width, size.height);
      const passage = { armed: 0, net: 0 };
      // Away from the line on one side first, then on the other.
      cross(passage, left, left, course, 0.01);
      expect(cross(passage, left, right, course, 0.01)).toBe('left_to_right');
    }
  });
  it('directions go to the screen and back, and are turned there', () => {
    expect(onScreen([0, 1], size)).toEqual([0, 1]);
    expect(directionOf(onScreen([0.6, 0.8], size), size)).toEqual([0.6, 0.8]);
    expect(turned([1, 0], 90, size)).toEqual([0, 1]);
    expect(turned([0, 1], 90, size)).toEqual([-1, 0]);
    expect(directionOf([0, 0], size)).toEqual([1, 0]);
  });
});

describe('drafts', () => {
  it('rules follow a place that is named otherwise', () => {
    const named = withPlaceNamed(setup, { kind: 'zone', index: 1 }, 'quai');
    expect(named.rules.map(({ zone }) => zone)).toEqual(['voies', 'quai', 'quai', undefined, undefined]);
    expect(setup.zones[1]!.id).toBe('quai-départ');
  });
  it('new places and rules have names of their own', () => {
    const once = withNewPlace(setup, 'zone', 'zone');
    expect(once.ref).toEqual({ kind: 'zone', index: 2 });
    expect(withNewPlace(once.setup, 'line', 'zone').setup.lines.at(-1)!.id).toBe('zone-2');
    expect(freeId('a', ['a', 'a-2', 'a-4'])).toBe('a-3');
  });
  it('a gesture is one step back', () => {
    const move = (history: History, gesture?: string) =>
      edited(history, withPlaceMoved(history.now, { kind: 'zone', index: 1 }, [0, -0.01]), gesture);
    let history = historyOf(setup);
    for (let step = 0; step < 5; step++) history = move(history, 'drag 1');
    const dragged = history.now;
    history = move(history, 'drag 2');
    expect(undone(history).now).toEqual(dragged);
    expect(undone(undone(history)).now).toBe(setup);
    expect(undone(undone(undone(history))).now).toBe(setup);
    expect(redone(redone(undone(undone(history)))).now).toEqual(history.now);
    // What comes after going back begins a step of its own.
    expect(undone(move(undone(history), 'drag 1')).now).toEqual(dragged);
    expect(redone(move(undone(history))).future).toEqual([]);
  });
  it('as much is kept as can be taken back, and no more', () => {
    let history = historyOf(setup);
    for (let step = 0; step < 300; step++) history = edited(history, { ...setup });
    expect(history.past).toHaveLength(200);
  });
});

describe('differences', () => {
  it('are named by what, how and which keys; versions that servers count are none', () => {
    const rules = setup.rules.map((rule) => ({ ...rule, version: 7 }));
    expect(isSame(setup, { ...setup, rules })).toBe(true);
    const moved = withPlaceMoved(setup, { kind: 'line', index: 0 }, [0.1, 0]);
    const after: SetupText = {
      ...withoutPlace(moved, { kind: 'zone', index: 0 }),
      rules: [
        { ...setup.rules[1]!, severity: 'critical', for: '20s' },
        { id: 'new', event: 'fire' },
      ],
    };
    expect(changesBetween(setup, after).map(({ how, what, id, keys }) => [how, what, id, ...keys])).toEqual([
      ['removed', 'zone', 'voies'],
      ['changed', 'line', 'portillon', 'points'],
      ['changed', 'rule', 'trop-plein', 'for', 'severity'],
      ['added', 'rule', 'new'],
      ['removed', 'rule', 'hors-voies'],
      ['removed', 'rule', 'sens-unique'],
      ['removed', 'rule', 'entrée'],
      ['removed', 'rule', 'feu'],
    ]);
  });
});

describe('places of faults', () => {
  it.each([
    ['zones[2].polygon', { kind: 'zone', index: 2, key: 'polygon' }],
    ['zones[2].polygon[11]', { kind: 'zone', index: 2, key: 'polygon', point: 11 }],
    ['lines[0]', { kind: 'line', index: 0 }],
    ['cameras[3].rules[10].limit.per_m2', { kind: 'rule', index: 10, key: 'limit' }],
    ['', { kind: 'whole' }],
    ['rules', { kind: 'whole' }],
  ])('%s', (at, want) => {
    expect(placeOfFault(at)).toEqual(want);
  });
  it('one is shown once, where it belongs', () => {
    const faults = ['zones[1].polygon', 'zones[1].area_m2', 'zones[10].polygon', 'rules[1].for'].map(
      (at) => ({
        at,
        code: 'x',
        message: 'm',
      }),
    );
    expect(faultsAt(faults, 'zone', 1)).toHaveLength(2);
    expect(faultsAt(faults, 'zone', 1, 'polygon')).toHaveLength(1);
    expect(faultsAt(faults, 'rule', 0)).toHaveLength(0);
  });
});

describe('forms of rules', () => {
  it('say what holds where a rule is silent as the site file does', () => {
    expect(SEVERITY_DEFAULT).toEqual(site.SEVERITY_DEFAULT);
    expect(Object.keys(CONFIRMERS_DEFAULT)).toEqual(site.TWO_CONFIRM);
    expect(FOR_MS_DEFAULT).toEqual({
      ...site.WATCH_FOR_MS_DEFAULT,
      forbidden_zone: site.DWELL_MS_DEFAULT,
      wrong_way: site.HOLD_MS_DEFAULT,
      density: site.DENSITY_FOR_MS_DEFAULT,
    });
  });
  it.each([
    [500, '500ms'],
    [1_500, '1.5s'],
    [10_000, '10s'],
    [60_000, '1m'],
    [1_234, '1234ms'],
  ])('%i ms are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
  it('a value that says nothing takes its key away', () => {
    expect(withKey({ id: 'a', event: 'fire', for: '2s' }, 'for', '')).toEqual({ id: 'a', event: 'fire' });
    expect(withKey({ id: 'a', event: 'fire' }, 'people', 0)).toEqual({ id: 'a', event: 'fire', people: 0 });
  });

  const accepted = (rule: RuleText) => {
    const camera = { id: 'c', ...setup, zones: setup.zones.map((one) => ({ ...one, id: ascii(one.id) })) };
    const named = { ...rule, ...(rule.zone !== undefined && { zone: ascii(String(rule.zone)) }) };
    const text = JSON.stringify({ site: 's', cameras: [{ ...camera, rules: [named] }] });
    return () => parseSite(text, { file: 'f', dev: true });
  };
  const ascii = (id: string) => id.normalize('NFD').replace(/\p{M}/gu, '');
  const pairs = EVENT_TYPES.flatMap((from) => EVENT_TYPES.map((to) => [from, to] as const));

  it.each(pairs)('from %s to %s makes a rule that check takes', (from, to) => {
    const first = ofEvent({ id: 'r', event: from }, from, setup);
    expect(accepted(first)).not.toThrow();
    expect(accepted(ofEvent(first, to, setup))).not.toThrow();
  });
  it('over a line and back is accepted too', () => {
    const over = onTheWay(ofEvent({ id: 'r', event: 'wrong_way' }, 'wrong_way', setup), 'line', setup);
    expect(over).toEqual({ id: 'r', event: 'wrong_way', line: 'portillon', allowed: 'left_to_right' });
    expect(accepted(over)).not.toThrow();
    expect(accepted(onTheWay(over, 'zone', setup))).not.toThrow();
    expect(accepted(ofEvent(over, 'density', setup))).not.toThrow();
  });
  it('every event type has a form with the fields of every rule', () => {
    for (const type of Object.keys(FIELDS) as EventType[])
      expect(FIELDS[type]).toEqual(expect.arrayContaining(['severity', 'sensitivity', 'confirmers']));
    expect(Object.keys(FIELDS).sort()).toEqual([...EVENT_TYPES].sort());
  });
});
