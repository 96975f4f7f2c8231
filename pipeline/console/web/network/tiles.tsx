/** The scrolled part: of thousands of cameras, the few rows of tiles that are seen. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Language } from '../preferences.ts';
import { useWords } from '../words/words.ts';
import {
  columnsIn,
  HEADER_PX,
  type Layout,
  layOut,
  type Move,
  moved,
  type Place,
  placeOf,
  type Seen,
  type Shown,
  scrollTo,
  seenIn,
  TILE_PX,
} from './arrange.ts';
import { SiteHeader } from './site-header.tsx';
import { Tile } from './tile.tsx';
import { useNetworkWords } from './words.ts';

export interface Selection {
  readonly site: string;
  /** Absent: the site itself. */
  readonly camera?: string;
}

interface TilesProps {
  readonly shown: readonly Shown[];
  readonly language: Language;
  readonly selection: Selection | undefined;
  readonly onSelect: (selection: Selection) => void;
}

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

export function Tiles({ shown, language, selection, onSelect }: TilesProps) {
  const words = useNetworkWords();
  const all = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const window = useWindow(scroller);
  const [entry, setEntry] = useState<Required<Selection> | undefined>();
  const toFocus = useRef<Required<Selection> | undefined>(undefined);
  const layout = layOut(shown, columnsIn(window.widthPx));
  const seen = seenIn(layout, window.topPx, window.heightPx);
  const hasArrived = useRef(false);
  const entryPlace = entryOf(layout, seen, entry, selection);

  // A link may name a camera far down the page.
  useLayoutEffect(() => {
    if (hasArrived.current || !window.isMeasured || scroller.current === null) return;
    hasArrived.current = true;
    const place = selection?.camera && placeOf(layout, selection.site, selection.camera);
    if (place) scroller.current.scrollTop = scrollTo(layout, place, 0, window.heightPx);
  }, [window.isMeasured]);
  useLayoutEffect(() => {
    const wanted = toFocus.current;
    if (wanted === undefined) return;
    const button = scroller.current?.querySelector<HTMLButtonElement>(
      `[data-site="${CSS.escape(wanted.site)}"][data-camera="${CSS.escape(wanted.camera)}"]`,
    );
    if (!button) return;
    toFocus.current = undefined;
    button.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    const { site, camera } = (event.target as HTMLElement).dataset;
    if (move === undefined || site === undefined || camera === undefined) return;
    const from = placeOf(layout, site, camera);
    const to = from && moved(layout, from, move);
    event.preventDefault();
    if (to === undefined || scroller.current === null) return;
    const named = nameOf(to);
    setEntry(named);
    toFocus.current = named;
    scroller.current.scrollTop = scrollTo(layout, to, scroller.current.scrollTop, window.heightPx);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and presses belong to the tiles inside, once for all
    <div
      class="net-tiles"
      ref={scroller}
      onKeyDown={onKeyDown}
      onClick={({ target }) => {
        const button = (target as HTMLElement).closest<HTMLElement>('[data-site]');
        const { site, camera } = button?.dataset ?? {};
        if (site === undefined) return;
        if (camera !== undefined) setEntry({ site, camera });
        onSelect({ site, ...(camera !== undefined && { camera }) });
      }}
    >
      <div class="net-all" style={{ height: `${layout.heightPx}px` }}>
        {seen.map(({ section, from, until }) => (
          <section
            key={section.site.site}
            class="net-site"
            aria-label={section.site.name ?? section.site.site}
            style={{ top: `${section.topPx}px`, height: `${section.heightPx}px` }}
          >
            <SiteHeader
              site={section.site}
              shown={section.cameras.length}
              isSelected={selection?.site === section.site.site && selection.camera === undefined}
            />
            {until > from && (
              <ul
                class="net-rows"
                style={{
                  top: `${HEADER_PX + (from / layout.columns) * TILE_PX}px`,
                  gridTemplateColumns: `repeat(${layout.columns}, minmax(0, 1fr))`,
                }}
              >
                {section.cameras.slice(from, until).map((camera, at) => (
                  <Tile
                    key={camera.camera}
                    site={section.site.site}
                    camera={camera}
                    language={language}
                    words={words}
                    all={all}
                    isSelected={selection?.site === section.site.site && selection.camera === camera.camera}
                    isEntry={entryPlace?.section === section && entryPlace.index === from + at}
                    place={from + at}
                    of={section.cameras.length}
                  />
                ))}
              </ul>
            )}
          </section>
        ))}
      </div>
    </div>
  );
}

function nameOf({ section, index }: Place): Required<Selection> {
  return { site: section.site.site, camera: section.cameras[index]!.camera };
}

/** Where Tab leads: where one was, what is selected, else the first tile that is drawn. */
function entryOf(
  layout: Layout,
  seen: readonly Seen[],
  ...wanted: readonly (Selection | undefined)[]
): Place | undefined {
  for (const one of wanted) {
    if (one?.camera === undefined) continue;
    const place = placeOf(layout, one.site, one.camera);
    const isDrawn = seen.some(
      ({ section, from, until }) => section === place?.section && place.index >= from && place.index < until,
    );
    if (place !== undefined && isDrawn) return place;
  }
  const first = seen.find(({ from, until }) => until > from);
  return first && { section: first.section, index: first.from };
}

interface Window {
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** By the screen, and not by a guess. */
  readonly isMeasured: boolean;
}

function useWindow(scroller: { readonly current: HTMLDivElement | null }): Window {
  const [window, setWindow] = useState<Window>({
    ...{ topPx: 0, widthPx: 900, heightPx: 600 },
    isMeasured: false,
  });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let drawing = 0;
    const look = () => {
      if (drawing !== 0) return;
      drawing = requestAnimationFrame(() => {
        drawing = 0;
        setWindow({
          topPx: element.scrollTop,
          widthPx: element.clientWidth,
          heightPx: element.clientHeight,
          isMeasured: true,
        });
      });
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      cancelAnimationFrame(drawing);
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  return window;
}
