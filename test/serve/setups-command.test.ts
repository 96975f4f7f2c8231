/** `vigie setups` at a real server. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CameraSetup } from '../../pipeline/model.ts';
import { setups } from '../../pipeline/operate/setups.ts';
import { testTerminal } from './terminal.ts';
import { BEGAN_MS, openWorld, setupPort, type World } from './world.ts';

const file: CameraSetup = {
  ...{ site: 'gare', camera: 'quai', version: 0, text: '{"zones":[]}' },
  ...{ savedAtMs: 0, holdsFromMs: 0 },
};
const saved: CameraSetup = {
  ...file,
  ...{ version: 3, savedAtMs: BEGAN_MS, holdsFromMs: BEGAN_MS + 2_000 },
  author: { name: 'C. Lefèvre', role: 'supervisor' },
  ...{ note: 'quai \u001b[31mélargi', revertsTo: 1 },
};

let world: World;
beforeEach(async () => {
  const port = { ...setupPort(), inForce: async () => [saved, { ...file, camera: 'voie' }] };
  world = await openWorld({ setups: { ...port, versions: async () => [saved, file] } });
});
afterEach(() => world.close());

async function said(of: string, words: { json?: boolean; versions?: boolean } = {}) {
  const { terminal, said } = testTerminal();
  expect(await setups(of, { server: world.serving.address, ...words }, terminal)).toBe(0);
  return said.output;
}
const LINE =
  `quai  version 3, saved ${new Date(BEGAN_MS).toISOString()} by C. Lefèvre, ` +
  `holds from ${new Date(BEGAN_MS + 2_000).toISOString()}; brings back 1; quai ?[31mélargi\n`;

it('tells which camera runs what, and of one the words, for people and for programs', async () => {
  expect(await said('gare')).toBe(`${LINE}voie  as the site file says\n`);
  expect(await said('gare/quai')).toContain(`${LINE}{\n  "zones": []\n}\n`);
  expect(await said('gare/quai', { versions: true })).toBe(`${LINE}quai  as the site file says\n`);
  expect(JSON.parse((await said('gare', { json: true })).split('\n')[0]!)).toEqual(saved);
});

it.each([
  ['', {}],
  ['gare/', {}],
  ['gare/quai/zone', {}],
  ['gare', { versions: true }],
])('refuses %j %j', async (of, words) => {
  const asked = setups(of, { server: world.serving.address, ...words }, testTerminal().terminal);
  await expect(asked).rejects.toMatchObject({ faults: [{ code: 'bad_argument' }] });
});
