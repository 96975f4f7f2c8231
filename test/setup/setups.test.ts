/** The fold of the site file and rail.rules: which version holds when, and what becomes of records that may not be. */
import { describe, expect, it } from 'vitest';
import type { CameraSetup } from '../../pipeline/model.ts';
import { Setups, VERSIONS_KEPT } from '../../pipeline/setup/setups.ts';
import { walkedSite } from '../support/walker.ts';

const site = walkedSite('gare', ['quai', 'voie']);
const zone = (id: string) => ({
  id,
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
  ],
});
const textOf = (version: number) => JSON.stringify({ zones: [zone(`z${version}`)] });

function saved(version: number, change: Partial<CameraSetup> = {}): CameraSetup {
  return {
    ...{ site: 'gare', camera: 'quai', version, text: textOf(version) },
    author: { name: 'C. Lefèvre', role: 'supervisor' },
    ...{ savedAtMs: version * 1_000, holdsFromMs: version * 1_000 + 500 },
    ...change,
  };
}

const folded = (...records: readonly CameraSetup[]) => {
  const setups = new Setups(site);
  const kinds = records.map((record) => {
    const taken = setups.take(record);
    return taken.kind === 'void' ? taken.code : taken.kind;
  });
  return { setups, kinds };
};
const zonesAt = (setups: Setups, atMs: number, camera = 'quai') =>
  setups.at(camera, atMs)?.camera.zones.map(({ id }) => id);

describe('which holds', () => {
  it.each([
    [0, 'tracks'],
    [1_499, 'tracks'],
    [1_500, 'z1'],
    [2_499, 'z1'],
    [2_500, 'z2'],
    [9_999_999, 'z2'],
  ])('at %i: %s', (atMs, zone) => {
    expect(zonesAt(folded(saved(1), saved(2)).setups, atMs)).toEqual([zone]);
  });

  it('leaves the rest of the camera as the file has it, and the other cameras alone', () => {
    const { setups } = folded(saved(1));
    const { source, ground, analysis } = site.cameras[0]!;
    expect(setups.at('quai', 9_000)?.camera).toMatchObject({
      id: 'quai',
      source,
      ground,
      analysis,
      rules: [],
    });
    expect(setups.at('voie', 9_000)).toMatchObject({ version: 0, camera: site.cameras[1] });
    expect(setups.at('elsewhere', 9_000)).toBeUndefined();
  });

  it('a later version that holds from earlier takes the place of the one before', () => {
    const { setups } = folded(saved(1, { holdsFromMs: 60_000 }), saved(2, { holdsFromMs: 2_500 }));
    expect([2_000, 3_000, 70_000].map((atMs) => setups.at('quai', atMs)?.version)).toEqual([0, 2, 2]);
  });

  it('never the file again once a version before is not kept any more', () => {
    const many = Array.from({ length: VERSIONS_KEPT + 3 }, (_, i) => saved(i + 1));
    const { setups, kinds } = folded(...many);
    expect(new Set(kinds)).toEqual(new Set(['taken']));
    expect(setups.saved('quai')).toHaveLength(VERSIONS_KEPT);
    expect(setups.at('quai', 0)?.version).toBe(4);
    expect(setups.last('quai')?.version).toBe(VERSIONS_KEPT + 3);
  });
});

describe('what becomes of a record', () => {
  it.each<readonly [string, readonly CameraSetup[], readonly string[], number]>([
    ['the next', [saved(1), saved(2)], ['taken', 'taken'], 2],
    ['two saved at once', [saved(1), saved(1, { savedAtMs: 7 })], ['taken', 'setup_overtaken'], 1],
    ['one left out', [saved(1), saved(3)], ['taken', 'setup_overtaken'], 1],
    ['version 0', [saved(0)], ['setup_overtaken'], 0],
    ['an append that was repeated', [saved(1), saved(1), saved(2)], ['taken', 'repeat', 'taken'], 2],
    [
      "nobody's",
      [saved(1, { author: { name: ' ', role: 'supervisor' } }), saved(1)],
      ['setup_unsigned', 'taken'],
      1,
    ],
    ["an agent's", [saved(1, { author: { name: 'A. Martin', role: 'agent' } })], ['setup_unsigned'], 0],
    ["another site's", [saved(1, { site: 'elsewhere' })], ['foreign'], 0],
    ['of a camera that is gone', [saved(1, { camera: 'gone' })], ['setup_unknown_camera'], 0],
    ['one that cannot be used', [saved(1), saved(2, { text: '{"zones":[{}]}' })], ['taken', 'unfit'], 1],
    ['no JSON', [saved(1, { text: 'zones' }), saved(2)], ['unfit', 'taken'], 2],
  ])('%s', (_, records, kinds, version) => {
    const done = folded(...records);
    expect(done.kinds).toEqual(kinds);
    expect(done.setups.at('quai', 1e9)?.version).toBe(version);
  });

  it('one that cannot be used keeps its number', () => {
    const { setups } = folded(saved(1), saved(2, { text: '{}}' }));
    expect(setups.last('quai')?.version).toBe(2);
    expect(setups.version('quai', 2)?.version).toBe(1);
    expect(setups.take(saved(2, { savedAtMs: 1 })).kind).toBe('void');
    expect(setups.take(saved(3)).kind).toBe('taken');
  });
});

it('a site file that changed is version 0 as it reads now, and undoes nothing', () => {
  const changed = new Setups(walkedSite('gare', ['quai']));
  const other = { ...site.cameras[0]!, zones: [], rules: [] };
  const later = new Setups({ ...site, cameras: [other] });
  for (const setups of [changed, later]) setups.take(saved(1));
  expect(later.at('quai', 0)?.camera.zones).toEqual([]);
  expect(later.ofFile('quai')?.text).not.toBe(changed.ofFile('quai')?.text);
  expect(zonesAt(later, 9_000)).toEqual(['z1']);
});
