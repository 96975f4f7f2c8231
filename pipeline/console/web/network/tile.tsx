import { Component } from 'preact';
import type { NetworkCamera } from '../../api.ts';
import type { Language } from '../preferences.ts';
import type { Words } from '../words/words.ts';
import { number } from './format.ts';
import { StateIcon } from './icon.tsx';
import type { NetworkWords } from './words.ts';

export interface TileProps {
  readonly site: string;
  readonly camera: NetworkCamera;
  readonly language: Language;
  readonly words: NetworkWords;
  readonly all: Words;
  readonly isSelected: boolean;
  /** The one tile that Tab leads to. */
  readonly isEntry: boolean;
  readonly place: number;
  readonly of: number;
}

const KEYS = ['camera', 'language', 'isSelected', 'isEntry', 'place', 'of', 'site'] as const;

/** Drawn anew only when its own camera changed: there are hundreds on a wall, and five updates a second. */
export class Tile extends Component<TileProps> {
  override shouldComponentUpdate(next: TileProps): boolean {
    return KEYS.some((key) => next[key] !== this.props[key]);
  }

  override render() {
    const { site, camera, language, words, all, isSelected, isEntry, place, of } = this.props;
    const { state, candidates } = camera;
    return (
      <li aria-setsize={of} aria-posinset={place + 1}>
        <button
          type="button"
          class={`net-tile ${state}`}
          tabIndex={isEntry ? 0 : -1}
          aria-current={isSelected ? 'true' : undefined}
          data-site={site}
          data-camera={camera.camera}
        >
          <span class="net-tile-name" title={camera.camera}>
            {camera.camera}
          </span>
          {candidates > 0 && (
            <span class="net-tile-candidates">
              <span aria-hidden="true">▲ {number(language, candidates)}</span>
              <span class="hidden-but-read">
                , {words.candidates(candidates, number(language, candidates))},
              </span>
            </span>
          )}
          <span class="net-tile-state">
            <StateIcon state={state} />
            <span class="net-tile-word">{words.state[state]}</span>
            <span class="net-tile-more">{more(camera, language, words, all)}</span>
          </span>
        </button>
      </li>
    );
  }
}

/** Why it is not well; else how busy it is there. */
function more(camera: NetworkCamera, language: Language, words: NetworkWords, all: Words): string {
  const { state, why } = camera;
  if (state !== 'live') return why === undefined || why === state ? '' : whyInWords(why, all);
  const known = camera.zones.flatMap(({ people }) => people ?? []);
  if (known.length > 0) {
    // Zones may overlap: the fullest, not the sum.
    const most = Math.round(Math.max(...known));
    return words.people(most, number(language, most));
  }
  return camera.framesPerSecond === undefined
    ? ''
    : words.framesPerSecond(number(language, camera.framesPerSecond, 1));
}

/** A view state has words; the fault of a source is said as it is. */
export function whyInWords(why: string, all: Words): string {
  return Object.hasOwn(all.view, why) ? all.view[why as keyof typeof all.view] : why;
}
