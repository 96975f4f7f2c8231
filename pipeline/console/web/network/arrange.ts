/**
 * What of the network is shown, and where: filters, counts, and the few rows of tiles that a screen holds. Pure.
 *
 *     +-- site -----------------------------+  HEADER_PX, stays while its tiles pass
 *     | tile  tile  tile  tile              |  TILE_PX each row
 *     | tile  tile                          |
 *     +-------------------------------------+  then GAP_PX
 */
import type { NetworkCamera } from '../../api.ts';
import type { KnownSite } from './state.ts';

export const CAMERA_STATES = ['blind', 'moved', 'late', 'stopped', 'unknown', 'starting', 'live'] as const;
export type CameraState = (typeof CAMERA_STATES)[number];

export interface Filter {
  readonly text: string;
  /** Empty: all. */
  readonly states: ReadonlySet<CameraState>;
  readonly isAttentionOnly: boolean;
}

export const NO_FILTER: Filter = { text: '', states: new Set(), isAttentionOnly: false };

export function isFiltering({ text, states, isAttentionOnly }: Filter): boolean {
  return text.trim() !== '' || states.size > 0 || isAttentionOnly;
}

/** Somebody has to look after it: it sees nothing, or not what it should, or nobody knows. */
export function cameraNeedsAttention({ state }: Pick<NetworkCamera, 'state'>): boolean {
  return state !== 'live' && state !== 'starting';
}

export function siteNeedsAttention({ away, outages }: KnownSite): boolean {
  return away !== undefined || outages.length > 0;
}

export interface Shown {
  readonly site: KnownSite;
  readonly cameras: readonly NetworkCamera[];
}

/** Sites and cameras in the order of the server, so that nothing moves but by coming and going. */
export function shownSites(sites: readonly KnownSite[], filter: Filter): readonly Shown[] {
  if (!isFiltering(filter)) return sites.map((site) => ({ site, cameras: site.cameras }));
  const wanted = folded(filter.text.trim());
  return sites.flatMap((site) => {
    const isNamed = wanted === '' || folded(`${site.site} ${site.name ?? ''}`).includes(wanted);
    const cameras = site.cameras.filter(
      (camera) =>
        (isNamed || folded(camera.camera).includes(wanted)) &&
        (filter.states.size === 0 || filter.states.has(camera.state)) &&
        (!filter.isAttentionOnly || cameraNeedsAttention(camera)),
    );
    const isOfItself =
      isNamed && filter.isAttentionOnly && filter.states.size === 0 && siteNeedsAttention(site);
    return cameras.length > 0 || isOfItself ? [{ site, cameras }] : [];
  });
}

const foldedTexts = new Map<string, string>();
const FOLDED_MAX = 20_000;

/** Without accents and case: `Gare de Sète` is found by `sete`. */
export function folded(text: string): string {
  const before = foldedTexts.get(text);
  if (before !== undefined) return before;
  if (foldedTexts.size >= FOLDED_MAX) foldedTexts.clear();
  const made = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  foldedTexts.set(text, made);
  return made;
}

export type Counts = Readonly<Record<CameraState, number>>;

export function countStates(sites: readonly KnownSite[]): Counts {
  const counts = { blind: 0, moved: 0, late: 0, stopped: 0, unknown: 0, starting: 0, live: 0 };
  for (const { cameras } of sites) for (const { state } of cameras) counts[state]++;
  return counts;
}

export const HEADER_PX = 48;
export const TILE_PX = 64;
const TILE_WIDTH_PX_MIN = 168;
export const GAP_PX = 16;
/** Drawn above and below what is seen, so that a fast wheel meets tiles. */
const BEYOND_PX = 3 * TILE_PX;

export interface Section extends Shown {
  readonly topPx: number;
  readonly heightPx: number;
  /** Place of its first camera among all that are shown. */
  readonly first: number;
}

export interface Layout {
  readonly sections: readonly Section[];
  readonly columns: number;
  readonly heightPx: number;
  readonly cameras: number;
}

export function columnsIn(widthPx: number): number {
  return Math.max(1, Math.floor(widthPx / TILE_WIDTH_PX_MIN));
}

export function layOut(shown: readonly Shown[], columns: number): Layout {
  let [topPx, first] = [0, 0];
  const sections = shown.map((one): Section => {
    const heightPx = HEADER_PX + Math.ceil(one.cameras.length / columns) * TILE_PX;
    const section = { ...one, topPx, heightPx, first };
    topPx += heightPx + GAP_PX;
    first += one.cameras.length;
    return section;
  });
  return { sections, columns, heightPx: Math.max(0, topPx - GAP_PX), cameras: first };
}

export interface Seen {
  readonly section: Section;
  /** The cameras from..until of the section: whole rows. */
  readonly from: number;
  readonly until: number;
}

export function seenIn({ sections, columns }: Layout, topPx: number, heightPx: number): readonly Seen[] {
  const [above, below] = [topPx - BEYOND_PX, topPx + heightPx + BEYOND_PX];
  const seen: Seen[] = [];
  for (let at = firstBelow(sections, above); at < sections.length; at++) {
    const section = sections[at]!;
    if (section.topPx >= below) break;
    const rowsTopPx = section.topPx + HEADER_PX;
    const rows = Math.ceil(section.cameras.length / columns);
    const firstRow = Math.min(rows, Math.max(0, Math.floor((above - rowsTopPx) / TILE_PX)));
    const lastRow = Math.min(rows, Math.max(firstRow, Math.ceil((below - rowsTopPx) / TILE_PX)));
    const until = Math.min(section.cameras.length, lastRow * columns);
    seen.push({ section, from: Math.min(firstRow * columns, until), until });
  }
  return seen;
}

/** The first section that ends below `px`. */
function firstBelow(sections: readonly Section[], px: number): number {
  let [low, high] = [0, sections.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { topPx, heightPx } = sections[middle]!;
    if (topPx + heightPx > px) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface Place {
  readonly section: Section;
  /** Among the section's cameras. */
  readonly index: number;
}

export function placeOf({ sections }: Layout, site: string, camera: string): Place | undefined {
  const section = sections.find((one) => one.site.site === site);
  const index = section?.cameras.findIndex((one) => one.camera === camera) ?? -1;
  return section === undefined || index < 0 ? undefined : { section, index };
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/** Where an arrow key leads: along the tiles as they lie; up and down keep the column, over the sites' edges too. */
export function moved(layout: Layout, { section, index }: Place, move: Move): Place | undefined {
  const { columns } = layout;
  const full = layout.sections.filter((one) => one.cameras.length > 0);
  const at = full.indexOf(section);
  const [before, after] = [full[at - 1], full[at + 1]];
  const column = index % columns;
  switch (move) {
    case 'first':
      return full[0] && { section: full[0], index: 0 };
    case 'last':
      return full.at(-1) && { section: full.at(-1)!, index: full.at(-1)!.cameras.length - 1 };
    case 'left':
      if (index > 0) return { section, index: index - 1 };
      return before && { section: before, index: before.cameras.length - 1 };
    case 'right':
      if (index + 1 < section.cameras.length) return { section, index: index + 1 };
      return after && { section: after, index: 0 };
    case 'up': {
      if (index >= columns) return { section, index: index - columns };
      if (before === undefined) return undefined;
      const lastRow = Math.floor((before.cameras.length - 1) / columns) * columns;
      return { section: before, index: Math.min(before.cameras.length - 1, lastRow + column) };
    }
    case 'down': {
      const last = section.cameras.length - 1;
      const isInLastRow = Math.floor(index / columns) === Math.floor(last / columns);
      if (!isInLastRow) return { section, index: Math.min(last, index + columns) };
      return after && { section: after, index: Math.min(after.cameras.length - 1, column) };
    }
  }
}

/** How far to scroll so that a place is seen whole, its site's header not over it. */
export function scrollTo({ columns }: Layout, place: Place, topPx: number, heightPx: number): number {
  const rowTopPx = place.section.topPx + HEADER_PX + Math.floor(place.index / columns) * TILE_PX;
  if (rowTopPx - HEADER_PX < topPx) return rowTopPx - HEADER_PX;
  return rowTopPx + TILE_PX > topPx + heightPx ? rowTopPx + TILE_PX - heightPx : topPx;
}
