/** Pictures of a clip made ready for the canvas, a few at a time: all of them decoded would be hundreds of megabytes. */
import type { ClipInfo } from '../../api.ts';
import type { Picture } from './clip.ts';
import { toRgba } from './yuv.ts';

const READY_MAX = 12;
const AHEAD = 4;

export type Drawable = ImageBitmap | HTMLCanvasElement;

export class Pictures {
  readonly #ready = new Map<Picture, Drawable>();
  readonly #wanted = new Set<Picture>();
  readonly #onReady: () => void;

  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  /** Undefined: not ready yet, `onReady` is called. What follows is made ready too. */
  get(info: ClipInfo, pictures: readonly Picture[], at: number): Drawable | undefined {
    for (let ahead = 0; ahead <= Math.min(AHEAD, pictures.length - 1); ahead++) {
      this.#prepare(info, pictures[(at + ahead) % pictures.length]!);
    }
    return this.#ready.get(pictures[at]!);
  }

  clear(): void {
    for (const one of this.#ready.values()) if (one instanceof ImageBitmap) one.close();
    this.#ready.clear();
    this.#wanted.clear();
  }

  #prepare(info: ClipInfo, picture: Picture): void {
    if (picture.data.length === 0 || this.#ready.has(picture) || this.#wanted.has(picture)) return;
    if (info.mediaType === 'video/raw') {
      const made = drawnFrom(picture.data, info.width, info.height);
      if (made !== undefined) this.#keep(picture, made);
      return;
    }
    this.#wanted.add(picture);
    createImageBitmap(new Blob([picture.data], { type: info.mediaType })).then(
      (bitmap) => {
        if (!this.#wanted.delete(picture)) return bitmap.close();
        this.#keep(picture, bitmap);
        this.#onReady();
      },
      // Stays wanted, so that one that cannot be read is not tried for ever.
      () => undefined,
    );
  }

  #keep(picture: Picture, made: Drawable): void {
    this.#ready.set(picture, made);
    if (this.#ready.size <= READY_MAX) return;
    for (const [oldest, drawable] of this.#ready) {
      this.#ready.delete(oldest);
      if (drawable instanceof ImageBitmap) drawable.close();
      break;
    }
  }
}

function drawnFrom(planes: Uint8Array, width: number, height: number): HTMLCanvasElement | undefined {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  if (!toRgba(planes, width, height, image.data)) return undefined;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}
