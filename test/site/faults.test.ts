/** Each kind of fault by its code and place; then all of them in one file, in one pass. */
import { describe, expect, it } from 'vitest';
import { FILE_BYTES_MAX } from '../../pipeline/site/defaults.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import { FAULTY, QUAY } from './faulty.ts';
import { faultsOf, siteText } from './sites.ts';

describe('faults of a site file', () => {
  it('finds none in the sound file that the rows start from', () => {
    expect(faultsOf(siteText())).toEqual([]);
  });

  it.each(FAULTY)('%s at %s', (code, at, parts, words) => {
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
    for (const [code, at, parts] of FAULTY) {
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
    for (const [code, at, parts] of FAULTY) {
      if (!at.startsWith(QUAY) || code === 'duplicate_key') continue;
      const lines = siteText(parts).split('\n');
      const start = lines.indexOf('  - id: quai');
      cameras.push(lines.slice(start).join('\n').replace('id: quai', `id: c${cameras.length}`));
      expected.push(`${code} ${at.replace(QUAY, `cameras[${cameras.length - 1}]`)}`);
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
