/**
 * A camera whose pictures stop coming without a word: the network cable, a hung encoder, a decoder that waits for ever.
 * Nothing ends and nothing fails, so time has to tell. The source is then given up as broken, the last frame of the
 * stream says that the view is lost, and whoever opened it tries again.
 */
import { fault, InputError } from '../errors.ts';
import type { Picture, PictureSource } from './picture.ts';

/** Longer than a sub-stream at one picture a second or the wait for a key picture takes. */
const STALL_MS = 10_000;

/** The source's pictures. Throws InputError `source_stalled` when none has come for `stallMs`. */
export async function* unstalled(source: PictureSource, stallMs = STALL_MS): AsyncGenerator<Picture> {
  const pictures = source.pictures()[Symbol.asyncIterator]();
  let stalled = false;
  try {
    for (;;) {
      const next = await within(pictures.next(), stallMs);
      stalled = next === undefined;
      if (next === undefined)
        throw new InputError([
          fault('source_stalled', 'source', `no picture came for ${stallMs / 1000} s`, 'it is opened again'),
        ]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Who hangs does not come back to be told.
    if (!stalled) await pictures.return?.();
  }
}

/** Undefined when it takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  // What fails after its time is nobody's any more.
  work.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
