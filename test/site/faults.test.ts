/** Each kind of fault by its code and place; then all of them in one file, in one pass. */
import { describe, expect, it } from 'vitest';
import { FILE_BYTES_MAX } from '../../pipeline/site/defaults.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import { faultsOf, type Parts, siteText } from './sites.ts';

const zone = (polygon: string, more = '') => `[{ id: tracks, polygon: ${polygon}${more} }]`;
const line = (points: string) => `[{ id: gate, points: ${points} }]`;
const rule = (keys: string) => `[{ id: r, ${keys} }]`;
const sample = (foot: string, height: string) => `{ foot: ${foot}, height: ${height} }`;
const quay = 'cameras[0]';

/** code, path, what is put into the sound file, what the message or hint must say. */
const table: readonly (readonly [string, string, Parts, string])[] = [
  // keys and types
  ['unknown_key', 'knd', { head: 'site: a\nknd: station' }, "did you mean 'kind'"],
  ['unknown_key', `${quay}.zone`, { rules: '[]\n    zone: []' }, "did you mean 'zones'"],
  [
    'unknown_key',
    `${quay}.zones[0].area`,
    { zones: zone('[[0,0],[1,0],[1,1]]', ', area: 3') },
    'known here: id, polygon',
  ],
  [
    'unknown_key',
    `${quay}.rules[0].colour`,
    { rules: rule('event: fire, colour: red') },
    "unknown key 'colour'",
  ],
  ['unknown_key', `${quay}.analysis.with`, { analysis: '{ with: 160 }' }, "did you mean 'width'"],
  ['unknown_key', '<<', { more: '<<: { site: b }' }, "unknown key '<<'"],
  ['duplicate_key', 'site', { more: 'site: b' }, 'already given on line 1'],
  ['duplicate_key', `${quay}.analysis.fps`, { analysis: '{ fps: 5, fps: 6 }' }, 'already given'],
  ['missing_key', 'site', { head: 'kind: coach' }, 'expected an id'],
  ['missing_key', 'cameras[1].id', { more: '  - { source: a.mp4 }' }, 'expected an id'],
  ['missing_key', `${quay}.zones[0].polygon`, { zones: '[{ id: tracks }]' }, 'at least 3 points'],
  ['missing_key', `${quay}.lines[0].points`, { lines: '[{ id: gate }]' }, 'at least 2 points'],
  ['missing_key', `${quay}.rules[0].event`, { rules: rule('zone: tracks') }, 'one of wrong_way'],
  ['wrong_type', 'site', { head: 'site: 12' }, 'put it in quotes'],
  ['wrong_type', 'site', { head: 'site: ""' }, 'is empty'],
  ['wrong_type', `${quay}.zones`, { zones: '{ id: tracks }', rules: '[]' }, 'expected a list of zones'],
  ['wrong_type', `${quay}.zones[0]`, { zones: '[tracks]', rules: '[]' }, "is the text 'tracks'"],
  ['wrong_type', `${quay}.analysis`, { analysis: '160x90' }, 'expected keys and values'],
  ['wrong_type', `${quay}.analysis.fps`, { analysis: '{ fps: fast }' }, "is the text 'fast'"],
  ['wrong_type', `${quay}.analysis.fps`, { analysis: '{ fps: .nan }' }, 'is NaN'],
  ['wrong_type', `${quay}.zones[0].polygon[1]`, { zones: zone('[[0,0],[1,.inf],[1,1]]') }, 'a point [x, y]'],
  ['wrong_type', `${quay}.zones[0].polygon[1]`, { zones: zone('[[0,0],[1,0,0],[1,1]]') }, 'a list of 3'],
  [
    'wrong_type',
    `${quay}.rules[0].either_sign`,
    { rules: rule('event: wrong_way, zone: tracks, direction: [1,0], either_sign: maybe') },
    'expected true or false',
  ],
  ['unknown_value', 'kind', { head: 'site: a\nkind: staton' }, "did you mean 'station'"],
  [
    'unknown_value',
    `${quay}.rules[0].event`,
    { rules: rule('event: forbiden_zone, zone: tracks') },
    "did you mean 'forbidden_zone'",
  ],
  [
    'unknown_value',
    `${quay}.rules[0].severity`,
    { rules: rule('event: fire, severity: huge') },
    'low, medium, high, critical',
  ],
  [
    'too_many',
    `${quay}.zones[0].polygon`,
    { zones: zone(`[${Array.from({ length: 65 }, (_, i) => `[0.${100 + i}, 0.5]`).join(',')}]`) },
    'has 65 points, expected at most 64',
  ],
  // ids
  ['id_syntax', 'site', { head: 'site: a/b' }, "is 'a/b'"],
  ['id_syntax', `${quay}.rules[0].id`, { rules: '[{ id: "#1", event: fire }]' }, 'letters, digits'],
  ['duplicate_id', 'cameras[1].id', { more: '  - { id: quai }' }, 'already defined on line 5'],
  [
    'duplicate_id',
    `${quay}.lines[0].id`,
    { lines: '[{ id: tracks, points: [[0.2,0.2],[0.8,0.8]] }]' },
    "'tracks' was already",
  ],
  [
    'duplicate_id',
    `${quay}.rules[1].id`,
    { rules: '[{ id: a, event: fire }, { id: a, event: fire }]' },
    "rule 'a'",
  ],
  // cameras
  ['no_cameras', 'cameras', { head: 'site: a\ncameras: []' }, 'at least one'],
  ['source_unsupported', `${quay}.source`, { source: 'http://h/x.mp4' }, 'is http://'],
  ['unknown_scene', `${quay}.source`, { source: 'scene:platfrom' }, "did you mean 'platform'"],
  [
    'plane_too_large',
    `${quay}.analysis`,
    { analysis: '{ width: 322, height: 180 }' },
    '57960 pixels, expected at most 57600',
  ],
  ['number_range', `${quay}.analysis.width`, { analysis: '{ width: 8, height: 90 }' }, 'from 32'],
  ['number_range', `${quay}.analysis.height`, { analysis: '{ width: 160, height: 90.5 }' }, 'whole number'],
  ['plane_aspect', `${quay}.analysis`, { analysis: '{ width: 400, height: 90 }' }, '4.4 times'],
  ['not_positive', `${quay}.analysis.fps`, { analysis: '{ fps: 0 }' }, 'above 0'],
  ['number_range', `${quay}.analysis.fps`, { analysis: '{ fps: 600 }' }, 'at most 60'],
  [
    'ground_two_samples',
    `${quay}.ground.person`,
    { ground: `{ person: [${sample('[0.5,0.5]', '0.2')}] }` },
    'has 1 samples, expected 2',
  ],
  [
    'ground_same_row',
    `${quay}.ground.person`,
    { ground: `{ person: [${sample('[0.2,0.5]', '0.2')}, ${sample('[0.8,0.5]', '0.3')}] }` },
    'at y 0.5 and 0.5',
  ],
  [
    'ground_upside_down',
    `${quay}.ground.person`,
    { ground: `{ person: [${sample('[0.2,0.9]', '0.2')}, ${sample('[0.8,0.5]', '0.3')}] }` },
    'at least as high',
  ],
  [
    'not_positive',
    `${quay}.ground.person[1].height`,
    { ground: `{ person: [${sample('[0.2,0.9]', '0.2')}, ${sample('[0.8,0.5]', '-0.3')}] }` },
    'is -0.3',
  ],
  [
    'number_range',
    `${quay}.ground.person[0].height`,
    { ground: `{ person: [${sample('[0.2,0.9]', '170')}, ${sample('[0.8,0.5]', '0.3')}] }` },
    'is 170',
  ],
  ['missing_key', `${quay}.ground.person`, { ground: '{}' }, 'two places'],
  // zones
  [
    'zone_too_few_points',
    `${quay}.zones[0].polygon`,
    { zones: zone('[[0,0],[1,1]]') },
    'has 2 points, expected at least 3',
  ],
  [
    'point_outside_view',
    `${quay}.zones[0].polygon[2]`,
    { zones: zone('[[0,0],[1,0],[1,1.2]]') },
    'is [1, 1.2]',
  ],
  [
    'point_outside_view',
    `${quay}.zones[0].polygon[0]`,
    { zones: zone('[[320,90],[1,0],[1,1]]') },
    'divide pixels',
  ],
  [
    'polygon_self_intersecting',
    `${quay}.zones[0].polygon`,
    { zones: zone('[[0,0],[1,1],[1,0],[0,1]]') },
    'edge 0-1 meets edge 2-3',
  ],
  [
    'polygon_self_intersecting',
    `${quay}.zones[0].polygon`,
    { zones: zone('[[0,0],[1,0],[0.5,0],[0.5,1]]') },
    'edge 0-1 meets edge 1-2',
  ],
  ['zone_no_area', `${quay}.zones[0].polygon`, { zones: zone('[[0,0],[0.5,0.5],[1,1]]') }, 'on one line'],
  [
    'repeated_point',
    `${quay}.zones[0].polygon`,
    { zones: zone('[[0,0],[1,0],[1,1],[0,0]]') },
    'closes itself',
  ],
  [
    'repeated_point',
    `${quay}.zones[0].polygon`,
    { zones: zone('[[0,0],[1,0],[1,0],[1,1]]') },
    'point 2 equals',
  ],
  [
    'zone_smaller_than_cell',
    `${quay}.zones[0].polygon`,
    { zones: zone('[[0.5,0.5],[0.52,0.5],[0.52,0.53],[0.5,0.53]]') },
    '8.6 pixels',
  ],
  [
    'zone_smaller_than_cell',
    `${quay}.zones[0].polygon`,
    { zones: zone('[[0,0.5],[1,0.5],[1,0.52],[0,0.52]]') },
    '1.8 high',
  ],
  [
    'not_positive',
    `${quay}.zones[0].area_m2`,
    { zones: zone('[[0,0],[1,0],[1,1]]', ', area_m2: 0') },
    'is 0',
  ],
  // lines
  [
    'line_too_few_points',
    `${quay}.lines[0].points`,
    { lines: line('[[0.5,0.5]]') },
    'has 1 points, expected at least 2',
  ],
  ['line_no_length', `${quay}.lines[0].points`, { lines: line('[[0.5,0.5],[0.5,0.5]]') }, 'length above 0'],
  [
    'repeated_point',
    `${quay}.lines[0].points`,
    { lines: line('[[0.5,0.5],[0.5,0.5],[0.6,0.9]]') },
    'point 1 equals',
  ],
  ['line_too_short', `${quay}.lines[0].points`, { lines: line('[[0.5,0.5],[0.51,0.5]]') }, '1.6 pixels'],
  ['line_never_crossed', `${quay}.lines[0].points`, { lines: line('[[0,1],[1,1]]') }, 'lower border'],
  ['line_never_crossed', `${quay}.lines[0].points`, { lines: line('[[0,0.01],[1,0.02]]') }, 'upper border'],
  ['line_never_crossed', `${quay}.lines[0].points`, { lines: line('[[0,0],[0,1]]') }, 'left border'],
  ['line_never_crossed', `${quay}.lines[0].points`, { lines: line('[[0.99,0],[1,1]]') }, 'right border'],
  [
    'point_outside_view',
    `${quay}.lines[0].points[0]`,
    { lines: line('[[-0.1,0.5],[0.5,0.5]]') },
    'is [-0.1, 0.5]',
  ],
  // rules
  ['missing_key', `${quay}.rules[0].zone`, { rules: rule('event: forbidden_zone') }, 'the id of a zone'],
  [
    'rule_unknown_zone',
    `${quay}.rules[0].zone`,
    { rules: rule('event: forbidden_zone, zone: track') },
    "did you mean 'tracks'",
  ],
  [
    'rule_unknown_zone',
    `${quay}.rules[0].zone`,
    { rules: rule('event: fire, zone: gate') },
    "'gate' is a line",
  ],
  [
    'rule_unknown_line',
    `${quay}.rules[0].line`,
    { rules: rule('event: wrong_way, line: gat, allowed: left_to_right') },
    "did you mean 'gate'",
  ],
  [
    'key_not_for_event',
    `${quay}.rules[0].line`,
    { rules: rule('event: forbidden_zone, zone: tracks, line: gate') },
    'no key of a forbidden_zone rule',
  ],
  [
    'rule_zone_and_line',
    `${quay}.rules[0].line`,
    { rules: rule('event: wrong_way, zone: tracks, line: gate, direction: [1,0]') },
    'make two rules',
  ],
  ['missing_key', `${quay}.rules[0].zone`, { rules: rule('event: wrong_way') }, 'or line'],
  [
    'missing_key',
    `${quay}.rules[0].direction`,
    { rules: rule('event: wrong_way, zone: tracks') },
    'the permitted direction',
  ],
  [
    'direction_no_length',
    `${quay}.rules[0].direction`,
    { rules: rule('event: wrong_way, zone: tracks, direction: [0, 0]') },
    'of length 0',
  ],
  [
    'wrong_type',
    `${quay}.rules[0].direction`,
    { rules: rule('event: wrong_way, zone: tracks, direction: right') },
    'a direction [x, y]',
  ],
  [
    'missing_key',
    `${quay}.rules[0].allowed`,
    { rules: rule('event: wrong_way, line: gate') },
    'left_to_right',
  ],
  [
    'unknown_value',
    `${quay}.rules[0].allowed`,
    { rules: rule('event: wrong_way, line: gate, allowed: left') },
    'expected one of',
  ],
  [
    'key_not_for_event',
    `${quay}.rules[0].direction`,
    { rules: rule('event: wrong_way, line: gate, allowed: left_to_right, direction: [1,0]') },
    "use 'allowed'",
  ],
  [
    'key_not_for_event',
    `${quay}.rules[0].allowed`,
    { rules: rule('event: wrong_way, zone: tracks, direction: [1,0], allowed: left_to_right') },
    "use 'direction'",
  ],
  [
    'key_not_for_event',
    `${quay}.rules[0].limit`,
    { rules: rule('event: fire, limit: { people: 3 }') },
    'no key of a fire rule',
  ],
  ['missing_key', `${quay}.rules[0].limit`, { rules: rule('event: density, zone: platform') }, 'people'],
  [
    'limit_form',
    `${quay}.rules[0].limit`,
    { rules: rule('event: density, zone: platform, limit: {}') },
    'neither',
  ],
  [
    'limit_form',
    `${quay}.rules[0].limit`,
    { rules: rule('event: density, zone: platform, limit: { people: 3, per_m2: 2 }') },
    'people and per_m2',
  ],
  [
    'limit_needs_area',
    `${quay}.rules[0].limit.per_m2`,
    { rules: rule('event: density, zone: tracks, limit: { per_m2: 2 }') },
    'give the zone area_m2',
  ],
  [
    'not_positive',
    `${quay}.rules[0].limit.people`,
    { rules: rule('event: density, zone: platform, limit: { people: 0 }') },
    'is 0',
  ],
  [
    'not_positive',
    `${quay}.rules[0].limit.per_m2`,
    { rules: rule('event: density, zone: platform, limit: { per_m2: -1 }') },
    'is -1',
  ],
  [
    'limit_never_reached',
    `${quay}.rules[0].limit.per_m2`,
    { rules: rule('event: density, zone: platform, limit: { per_m2: 25 }') },
    'is 25, but no more than 12',
  ],
  [
    'duration_syntax',
    `${quay}.rules[0].for`,
    { rules: rule('event: forbidden_zone, zone: tracks, for: soon') },
    '500ms',
  ],
  [
    'duration_syntax',
    `${quay}.rules[0].for`,
    { rules: rule('event: forbidden_zone, zone: tracks, for: 3 weeks') },
    '500ms',
  ],
  [
    'duration_range',
    `${quay}.rules[0].for`,
    { rules: rule('event: forbidden_zone, zone: tracks, for: 0') },
    'more than 0',
  ],
  [
    'duration_range',
    `${quay}.rules[0].for`,
    { rules: rule('event: forbidden_zone, zone: tracks, for: -5s') },
    '-5000 ms',
  ],
  [
    'duration_range',
    `${quay}.rules[0].for`,
    { rules: rule('event: forbidden_zone, zone: tracks, for: 25h') },
    'at most 86400000',
  ],
  ['number_range', `${quay}.rules[0].version`, { rules: rule('event: fire, version: 0') }, 'is 0'],
  // authorisation
  [
    'event_not_authorised',
    `${quay}.rules[0].event`,
    { rules: rule('event: weapon') },
    "is 'weapon', but the authorisation covers only",
  ],
  [
    'missing_key',
    'authorisation.events',
    { authorisation: '{ from: 2026-11-01, to: 2027-01-31, basis: b }' },
    'a list of',
  ],
  [
    'no_events',
    'authorisation.events',
    { authorisation: '{ from: 2026-11-01, to: 2027-01-31, basis: b, events: [] }', rules: '[]' },
    'at least one',
  ],
  [
    'unknown_value',
    'authorisation.events[1]',
    { authorisation: '{ from: 2026-11-01, to: 2027-01-31, basis: b, events: [forbidden_zone, fires] }' },
    "did you mean 'fire'",
  ],
  [
    'missing_key',
    'authorisation.basis',
    { authorisation: '{ from: 2026-11-01, to: 2027-01-31, events: [forbidden_zone] }' },
    'in words',
  ],
  [
    'missing_key',
    'authorisation.from',
    { authorisation: '{ to: 2027-01-31, basis: b, events: [forbidden_zone] }' },
    'a day',
  ],
  [
    'date_syntax',
    'authorisation.to',
    { authorisation: '{ from: 2026-11-01, to: 31/01/2027, basis: b, events: [forbidden_zone] }' },
    "is '31/01/2027'",
  ],
  [
    'date_syntax',
    'authorisation.to',
    { authorisation: '{ from: 2026-11-01, to: 2027-02-30, basis: b, events: [forbidden_zone] }' },
    '2027-02-30',
  ],
  [
    'authorisation_ends_before_start',
    'authorisation.to',
    { authorisation: '{ from: 2026-11-02, to: 2026-11-01, basis: b, events: [forbidden_zone] }' },
    'before it begins',
  ],
];

describe('faults of a site file', () => {
  it('finds none in the sound file that the rows start from', () => {
    expect(faultsOf(siteText())).toEqual([]);
  });

  it.each(table)('%s at %s', (code, at, parts, words) => {
    const text = siteText(parts);
    const faults = faultsOf(text);
    const found = faults.find((fault) => fault.code === code && fault.at === at);
    expect(found, JSON.stringify(faults, null, 1)).toBeDefined();
    expect(`${found?.message} ${found?.hint}`).toContain(words);
    expect(found?.file).toBe('site.yaml');
  });

  it('does not let one fault raise others', () => {
    // These parts replace a list that other parts refer to, or speak of two things at once.
    const several = new Set(['no_cameras', 'duplicate_key', 'unknown_key', 'missing_key']);
    for (const [code, at, parts] of table) {
      if (several.has(code) || parts.zones !== undefined || parts.head !== undefined) continue;
      expect([code, at, faultsOf(siteText(parts)).length]).toEqual([code, at, 1]);
    }
  });

  it.each([
    ['not YAML', 'site: [a', 'yaml_syntax', '', 1],
    ['a tab', 'site: a\ncameras:\n\t- id: b', 'yaml_syntax', '', 3],
    ['an unknown tag', 'site: !!js/function "x"\ncameras: [{ id: b }]', 'yaml_syntax', '', 1],
    ['two documents', 'site: a\n---\nsite: b\n', 'yaml_syntax', '', 2],
    ['nothing', '', 'wrong_type', '', 1],
    ['a list', '- site: a', 'wrong_type', '', 1],
    ['a text', 'hello', 'wrong_type', '', 1],
    ['too large', `site: a\n#${'x'.repeat(FILE_BYTES_MAX)}`, 'file_too_large', '', 1],
    ['nested beyond sense', `site: ${'['.repeat(200)}${']'.repeat(200)}`, 'too_complex', undefined, 1],
    ['nested beyond the stack', `site: ${'['.repeat(100_000)}`, undefined, undefined, undefined],
    ['a bomb of aliases', bomb(), 'too_complex', undefined, undefined],
    ['an alias of itself', 'site: a\ncameras: &c [*c]', 'too_complex', undefined, 2],
  ])('%s', (_, text, code, at, lineNumber) => {
    const [first] = faultsOf(text, true);
    expect(first).toBeDefined();
    if (code !== undefined) expect(first?.code).toBe(code);
    if (at !== undefined) expect(first?.at).toBe(at);
    if (lineNumber !== undefined) expect(first?.line).toBe(lineNumber);
  });

  it('takes anchors for what they are', () => {
    const zones =
      '[{ id: tracks, polygon: &p [[0, 0.6], [0.3, 0.6], [0.3, 1]] }, { id: platform, polygon: *p }]';
    expect(faultsOf(siteText({ zones }))).toEqual([]);
  });

  it('names the line of the value, not of the list it stands in', () => {
    const text =
      'site: a\ncameras:\n  - id: b\n    zones:\n      - id: z\n        polygon:\n          - [0, 0]\n          - [2, 0]\n          - [1, 1]\n';
    expect(faultsOf(text, true)).toMatchObject([
      { code: 'point_outside_view', at: 'cameras[0].zones[0].polygon[1]', line: 8 },
    ]);
    expect(() => parseSite(text, { file: 'x.yaml', dev: true })).toThrow(
      'x.yaml:8: cameras[0].zones[0].polygon[1]: is [2, 0]',
    );
  });

  it('reports every kind at once, in the order of the file', () => {
    // One camera per row, so that no fault hides another; then the faults of the head.
    const cameras: string[] = [];
    const expected: string[] = [];
    for (const [code, at, parts] of table) {
      if (!at.startsWith(quay) || code === 'duplicate_key') continue;
      const lines = siteText(parts).split('\n');
      const start = lines.indexOf('  - id: quai');
      cameras.push(lines.slice(start).join('\n').replace('id: quai', `id: c${cameras.length}`));
      expected.push(`${code} ${at.replace(quay, `cameras[${cameras.length - 1}]`)}`);
    }
    const head =
      'site: a/b\nkind: staton\nknd: 1\nauthorisation: { from: 2026-13-01, to: never, basis: "", events: [forbidden_zone, wrong_way, density, fire, fires] }\n';
    expected.push(
      'id_syntax site',
      'unknown_value kind',
      'unknown_key knd',
      'date_syntax authorisation.from',
    );
    expected.push(
      'date_syntax authorisation.to',
      'wrong_type authorisation.basis',
      'unknown_value authorisation.events[4]',
    );
    const faults = faultsOf(`${head}cameras:\n${cameras.join('\n')}`);
    const found = new Set(faults.map(({ code, at }) => `${code} ${at}`));
    expect(expected.filter((fault) => !found.has(fault))).toEqual([]);
    const lines = faults.map((fault) => fault.line ?? 0);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(lines.at(-1)).toBeGreaterThan(300);
  });
});

/** Nine lists, each of nine of the one before: 9^9 values. */
function bomb(): string {
  const names = 'abcdefghi';
  const lists = [...names].map((name, index) => {
    const item = index === 0 ? 'x' : `*${names[index - 1]}`;
    return `${name}: &${name} [${Array.from({ length: 9 }, () => item).join(', ')}]`;
  });
  return `${lists.join('\n')}\nsite: s\n`;
}
