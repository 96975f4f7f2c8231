/** Setups as texts of their own: the same words as the site file, the same faults, and back again. */
import { describe, expect, it } from 'vitest';
import { parseSite } from '../../pipeline/site/parse.ts';
import {
  isSameSetup,
  parseSetup,
  parseStoredSetup,
  setupText,
  setupToSave,
} from '../../pipeline/site/setup.ts';
import type { Camera, Setup } from '../../pipeline/site/site.ts';
import { faultsOf, siteText } from './sites.ts';

const RULES = `[
  { id: no-tracks, event: forbidden_zone, zone: tracks, for: 2s, severity: low },
  { id: one-way, event: wrong_way, zone: platform, direction: [1, 2], either_sign: true },
  { id: gate-in, event: wrong_way, line: gate, allowed: right_to_left, version: 7 },
  { id: full, event: density, zone: platform, limit: { per_m2: 2.5 }, for: 1m, sensitivity: high },
  { id: fuller, event: density, zone: platform, limit: { people: 40 } },
  { id: fire, event: fire },
  { id: run, event: crowd_movement, zone: platform, people: 5 },
  { id: fall, event: person_on_ground, confirmers: 2 },
  { id: bag, event: abandoned_object, zone: platform },
  { id: knife, event: weapon, confirmers: 1 }
]`.replaceAll('\n', ' ');
const camera = (): Camera => {
  const text = siteText({ rules: RULES }).replace(/authorisation: .*\n/, '');
  return parseSite(text, { file: 'site.yaml', dev: true }).cameras[0]!;
};
const sound = (text: string, authorised?: Parameters<typeof parseSetup>[2]): Setup => {
  const read = parseSetup(text, camera(), authorised);
  if (read.kind === 'faulty') throw new Error(JSON.stringify(read.faults));
  return read.setup;
};
const codes = (text: string, authorised?: Parameters<typeof parseSetup>[2]) => {
  const read = parseSetup(text, camera(), authorised);
  return read.kind === 'faulty' ? read.faults.map(({ code, at }) => `${code} ${at}`) : [];
};

describe('the text of a setup', () => {
  it('is read as what it was made of, every kind of rule, and stays the same text', () => {
    const { zones, lines, rules } = camera();
    const text = setupText({ zones, lines, rules });
    const read = sound(text);
    expect(read).toMatchObject({ zones, lines });
    expect(read.rules).toHaveLength(10);
    for (const [i, rule] of rules.entries()) {
      if (!('direction' in rule)) expect(read.rules[i]).toEqual(rule);
      else expect(read.rules[i]).toMatchObject({ id: rule.id, eitherSign: true, holdMs: rule.holdMs });
    }
    expect(setupText(read)).toBe(text);
    expect(parseStoredSetup(text, camera())).toEqual({ kind: 'sound', setup: read });
  });

  it('without anything is a camera that watches for nothing', () => {
    expect(sound('{}')).toEqual({ zones: [], lines: [], rules: [] });
  });
});

describe('what the site file refuses is refused, with its codes', () => {
  const ZONE = '{"id":"tracks","polygon":[[0,0],[0.5,0],[0.5,1]]}';
  it.each([
    ['two points', `{"zones":[{"id":"a","polygon":[[0,0],[1,1]]}]}`, 'zone_too_few_points zones[0].polygon'],
    [
      'a line along the border',
      '{"lines":[{"id":"a","points":[[0,0],[0,1]]}]}',
      'line_never_crossed lines[0].points',
    ],
    [
      'a rule of no zone',
      '{"rules":[{"id":"a","event":"forbidden_zone","zone":"b"}]}',
      'rule_unknown_zone rules[0].zone',
    ],
    [
      'a limit nobody reaches',
      `{"zones":[{"id":"z","polygon":[[0,0],[1,0],[1,1]],"area_m2":9}],"rules":[{"id":"a","event":"density","zone":"z","limit":{"per_m2":99}}]}`,
      'limit_never_reached rules[0].limit.per_m2',
    ],
    ['a key that is none', '{"zone":[]}', 'unknown_key zone'],
    ['two of one name', `{"zones":[${ZONE},${ZONE}]}`, 'duplicate_id zones[1].id'],
    ['a key twice', '{"zones":[],"zones":[]}', 'duplicate_key zones'],
    ['no map', '[]', 'wrong_type '],
    ['YAML', 'zones: []', 'json_syntax '],
    ['nothing that ends', '{"zones":[', 'json_syntax '],
  ])('%s', (_, text, fault) => {
    expect(codes(text)).toEqual([fault]);
  });

  it('an event that is not authorised, in the words of the site file', () => {
    const rules = '[{ id: knife, event: weapon }]';
    const [inFile] = faultsOf(siteText({ rules }));
    const read = parseSetup('{"rules":[{"id":"knife","event":"weapon"}]}', camera(), [
      'forbidden_zone',
      'wrong_way',
      'density',
      'fire',
    ]);
    expect(inFile?.code).toBe('event_not_authorised');
    expect(read).toMatchObject({
      kind: 'faulty',
      faults: [{ code: inFile!.code, message: inFile!.message, hint: inFile!.hint, at: 'rules[0].event' }],
    });
  });

  it('a stored one that is nested without end', () => {
    const text = `{"zones":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(parseStoredSetup(text, camera()).kind).toBe('faulty');
    expect(parseSetup(text, camera(), undefined).kind).toBe('faulty');
  });
});

describe('versions of rules', () => {
  const before = () => sound(setupText(camera()));
  const after = (change: (setup: Setup) => Setup, version = 1) =>
    Object.fromEntries(
      sound(setupToSave(change(before()), before(), version)).rules.map((rule) => [rule.id, rule.version]),
    );
  const SAME = { 'no-tracks': 1, 'one-way': 1, 'gate-in': 7, full: 1, fuller: 1 };

  it('stay where nothing changed, whatever the draft says of them', () => {
    const raised = (setup: Setup) => ({
      ...setup,
      rules: setup.rules.map((rule) => ({ ...rule, version: 9 })),
    });
    expect(after(raised, 5)).toMatchObject(SAME);
  });

  it('rise where a rule changed, at least to that of the setup', () => {
    const change = ({ rules, ...rest }: Setup): Setup => ({
      ...rest,
      rules: rules.map((rule) =>
        rule.event === 'forbidden_zone'
          ? { ...rule, dwellMs: 9_000 }
          : 'line' in rule
            ? { ...rule, allowed: 'left_to_right' as const }
            : rule,
      ),
    });
    expect(after(change)).toMatchObject({ ...SAME, 'no-tracks': 2, 'gate-in': 8 });
    expect(after(change, 12)).toMatchObject({ ...SAME, 'no-tracks': 12, 'gate-in': 12 });
  });

  it('rise where the place changed that a rule watches, and only there', () => {
    const moved = ({ zones, ...rest }: Setup): Setup => ({
      ...rest,
      zones: zones.map((zone) =>
        zone.id === 'tracks' ? { ...zone, polygon: [...zone.polygon, { x: 0, y: 0.8 }] } : zone,
      ),
    });
    expect(after(moved, 3)).toMatchObject({ ...SAME, 'no-tracks': 3 });
  });

  it('are that of the setup for a new rule', () => {
    const more = ({ rules, ...rest }: Setup): Setup => ({
      ...rest,
      rules: [...rules, { ...rules[0]!, id: 'new' }],
    });
    expect(after(more, 4)).toMatchObject({ ...SAME, new: 4 });
  });

  it('do not tell two setups apart', () => {
    const one = before();
    const raised = { ...one, rules: one.rules.map((rule) => ({ ...rule, version: 3 })) };
    expect(isSameSetup(one, raised)).toBe(true);
    expect(isSameSetup(one, { ...one, lines: [] })).toBe(false);
  });
});
