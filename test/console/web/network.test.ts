import { describe, expect, it } from 'vitest';
import type { NetworkMessage } from '../../../pipeline/console/api.ts';
import {
  columnsIn,
  countStates,
  type Filter,
  GAP_PX,
  HEADER_PX,
  layOut,
  type Move,
  moved,
  NO_FILTER,
  placeOf,
  scrollTo,
  seenIn,
  shownSites,
  TILE_PX,
} from '../../../pipeline/console/web/network/arrange.ts';
import { heard, type Network, NOTHING_HEARD } from '../../../pipeline/console/web/network/state.ts';
import { cameraOf, networkOf } from '../../support/pages/samples.ts';
import { random, SEED } from '../../support/random.ts';

const fold = (...messages: readonly NetworkMessage[]): Network => messages.reduce(heard, NOTHING_HEARD);
const sites = networkOf(9, 100, SEED);
const known = fold({ kind: 'network', sites }).sites!;

describe('what was heard', () => {
  it('replaces what changed, and leaves the rest as it was', () => {
    const before = fold({ kind: 'network', sites });
    const camera = { ...sites[2]!.cameras[3]!, state: 'blind' as const, why: 'covered' };
    const after = heard(before, {
      kind: 'changes',
      sites: [{ site: sites[2]!.site, waiting: 7, cameras: [camera] }],
    });
    expect(after.sites![2]).toMatchObject({ waiting: 7, name: sites[2]!.name });
    expect(after.sites![2]!.cameras[3]).toBe(camera);
    expect(after.sites![2]!.cameras[4]).toBe(before.sites![2]!.cameras[4]);
    expect(after.sites![3]).toBe(before.sites![3]);
    expect(before.sites![2]!.cameras[3]).toBe(sites[2]!.cameras[3]);
  });
  it('takes a camera that is new, once', () => {
    const camera = { ...cameraOf(0, () => 0.5), camera: 'new' };
    const change: NetworkMessage = { kind: 'changes', sites: [{ site: sites[0]!.site, cameras: [camera] }] };
    const { cameras } = fold({ kind: 'network', sites }, change, change).sites![0]!;
    expect(cameras.filter((one) => one.camera === 'new')).toHaveLength(1);
  });
  it('changes of a site that is not known, or before anything is, are nothing', () => {
    const change: NetworkMessage = { kind: 'changes', sites: [{ site: 'else', cameras: [] }] };
    expect(fold(change)).toEqual(NOTHING_HEARD);
    expect(fold({ kind: 'network', sites }, change).sites).toEqual(known);
  });
  it('a site that is away stays with what it said, also when the network is told anew', () => {
    const site = sites[1]!.site;
    const away = fold({ kind: 'site', site, why: 'no route' }, { kind: 'network', sites });
    expect(away.sites![1]).toMatchObject({ away: 'no route', cameras: sites[1]!.cameras });
    expect(heard(away, { kind: 'site', site }).sites![1]).not.toHaveProperty('away');
  });
});

describe('filters', () => {
  const names = (filter: Partial<Filter>) =>
    shownSites(known, { ...NO_FILTER, ...filter }).map(({ site }) => site.name);
  const shown = (filter: Partial<Filter>) =>
    shownSites(known, { ...NO_FILTER, ...filter }).flatMap(({ cameras }) => cameras);

  it('none shows all', () => {
    expect(shown({})).toHaveLength(100);
    expect(countStates(known)).toEqual(
      Object.fromEntries(
        ['blind', 'moved', 'late', 'stopped', 'unknown', 'starting', 'live'].map((state) => [
          state,
          shown({ states: new Set([state as 'live']) }).length,
        ]),
      ),
    );
  });
  it('text finds sites and cameras, whatever the accents and case', () => {
    expect(names({ text: ' EVREUX ' })).toEqual(['Gare d’Évreux 1', 'Gare d’Évreux 7']);
    expect(new Set(shown({ text: 'cote-voie' }).map(({ camera }) => camera))).toEqual(
      new Set(['quai-4-côté-voie-départ-grandes-lignes']),
    );
    expect(names({ text: 'nowhere' })).toEqual([]);
  });
  it('attention is what does not see, and sites with an outage of their own', () => {
    const wanting = shown({ isAttentionOnly: true });
    expect(wanting.length).toBeGreaterThan(0);
    expect(wanting.filter(({ state }) => state === 'live' || state === 'starting')).toEqual([]);
    expect(names({ isAttentionOnly: true })).toContain('Besançon 6');
    expect(names({ isAttentionOnly: true, states: new Set(['starting']) })).toEqual([]);
  });
});

describe('layout', () => {
  it.each([
    [0, 1],
    [167, 1],
    [336, 2],
    [925, 5],
  ])('%i px hold %i columns', (width, columns) => {
    expect(columnsIn(width)).toBe(columns);
  });
  it('sections follow each other, whole rows', () => {
    const { sections, heightPx } = layOut(shownSites(known, NO_FILTER), 5);
    for (const [at, one] of sections.entries()) {
      expect(one.heightPx).toBe(HEADER_PX + Math.ceil(one.cameras.length / 5) * TILE_PX);
      if (at > 0) expect(one.topPx).toBe(sections[at - 1]!.topPx + sections[at - 1]!.heightPx + GAP_PX);
    }
    expect(heightPx).toBe(sections.at(-1)!.topPx + sections.at(-1)!.heightPx);
  });
  it(`every tile in the window is drawn, and few others (seed ${SEED})`, () => {
    const chance = random(SEED);
    for (let round = 0; round < 200; round++) {
      const columns = 1 + chance.below(12);
      const layout = layOut(shownSites(known, NO_FILTER), columns);
      const [top, height] = [chance.below(layout.heightPx), 300 + chance.below(1_000)];
      const drawn = new Set(
        seenIn(layout, top, height).flatMap(({ section, from, until }) =>
          section.cameras.slice(from, until).map((_, at) => `${section.site.site}/${from + at}`),
        ),
      );
      for (const section of layout.sections) {
        section.cameras.forEach((_, index) => {
          const y = section.topPx + HEADER_PX + Math.floor(index / columns) * TILE_PX;
          const isSeen = y + TILE_PX > top && y < top + height;
          if (isSeen) expect(drawn).toContain(`${section.site.site}/${index}`);
        });
      }
      expect(drawn.size).toBeLessThanOrEqual((height / TILE_PX + 8) * columns);
    }
  });
  it('2,300 cameras of one site are a screenful of tiles', () => {
    const one = fold({ kind: 'network', sites: networkOf(1, 2_300) }).sites!;
    const layout = layOut(shownSites(one, NO_FILTER), 5);
    expect(seenIn(layout, 10_000, 560).flatMap(({ from, until }) => until - from)[0]).toBeLessThan(85);
  });
});

describe('arrow keys', () => {
  // Two sites of 7 and 2 cameras, an empty one between, three columns.
  const [first, empty, last] = [networkOf(1, 7)[0]!, networkOf(1, 0)[0]!, networkOf(1, 2)[0]!];
  const three = fold({
    kind: 'network',
    sites: [first, { ...empty, site: 'empty' }, { ...last, site: 'last' }],
  }).sites!;
  const layout = layOut(shownSites(three, NO_FILTER), 3);
  const at = (site: string, index: number) => ({
    section: layout.sections.find((one) => one.site.site === site)!,
    index,
  });

  it.each<[string, number, Move, string | undefined, number]>([
    ['site-000', 0, 'left', undefined, 0],
    ['site-000', 0, 'up', undefined, 0],
    ['site-000', 2, 'right', 'site-000', 3],
    ['site-000', 1, 'down', 'site-000', 4],
    // The last row is short: its last tile.
    ['site-000', 5, 'down', 'site-000', 6],
    ['site-000', 6, 'down', 'last', 0],
    ['site-000', 6, 'right', 'last', 0],
    ['last', 1, 'up', 'site-000', 6],
    ['last', 0, 'left', 'site-000', 6],
    ['last', 1, 'right', undefined, 0],
    ['last', 1, 'down', undefined, 0],
    ['last', 1, 'first', 'site-000', 0],
    ['site-000', 3, 'last', 'last', 1],
  ])('%s %i %s', (site, index, move, toSite, toIndex) => {
    const to = moved(layout, at(site, index), move);
    expect(to && [to.section.site.site, to.index]).toEqual(
      toSite === undefined ? undefined : [toSite, toIndex],
    );
  });
  it('a place is scrolled to so far that the header does not cover it', () => {
    const place = placeOf(layout, 'last', 'quai-1')!;
    const y = place.section.topPx + HEADER_PX;
    expect(scrollTo(layout, place, 0, 100)).toBe(y + TILE_PX - 100);
    expect(scrollTo(layout, place, y, 100)).toBe(y - HEADER_PX);
    expect(scrollTo(layout, place, y - HEADER_PX, 200)).toBe(y - HEADER_PX);
    expect(placeOf(layout, 'last', 'else')).toBeUndefined();
  });
});
