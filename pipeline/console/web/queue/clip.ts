/** A candidate's clip as it comes over the line, asked for again while pictures are still to come. */
import { type ClipInfo, type ClipPictureInfo, PATHS } from '../../api.ts';
import { CallFailed, open } from '../calls.ts';
import { sessionEnded } from '../session.ts';
import type { Store } from '../store.ts';
import { CUT_SHORT, readClip } from './clip-reader.ts';

export interface Picture extends ClipPictureInfo {
  readonly data: Uint8Array<ArrayBuffer>;
}

export type Clip =
  | { readonly kind: 'loading' }
  /** Pictures oldest first. `whole`: the stream said so, though more may be taken (`info.growing`). */
  | {
      readonly kind: 'here';
      readonly info: ClipInfo;
      readonly pictures: readonly Picture[];
      readonly whole: boolean;
    }
  | { readonly kind: 'absent'; readonly code: string; readonly message: string };

/** Each time is a line in the audit, so not too often. */
const GROWING_MS = 3_000;
const AGAIN_MS = 3_000;
/** Drawn anew this often while pictures pour in. */
const SHOW_MS = 60;
/** An edge that is out of reach comes back when it does. */
const NOT_HERE_MS = 15_000;
/** What the server counts as nothing to be seen. Anything else is a matter of the line, and asked for again. */
const NOTHING_TO_SEE = new Set(['clip_gone', 'clip_not_here']);

export function isAbsent(clip: Clip): boolean {
  return clip.kind === 'absent' && NOTHING_TO_SEE.has(clip.code);
}

/** Fills the store until it is whole, or `signal` says enough. */
export async function follow(clip: Store<Clip>, candidate: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const again = await readOnce(clip, candidate, signal);
    if (again === undefined) return;
    await pause(again, signal);
  }
}

/** When to ask again, ms; undefined: never. */
async function readOnce(
  store: Store<Clip>,
  candidate: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  let info: ClipInfo | undefined;
  const pictures: Picture[] = [];
  let shownAtMs = 0;
  const show = (whole: boolean) => {
    if (info === undefined || signal.aborted) return;
    const before = store.get();
    // What was there stays until the longer one has as much.
    if (!whole && before.kind === 'here' && before.pictures.length > pictures.length) return;
    shownAtMs = performance.now();
    store.set({ kind: 'here', info, pictures: [...pictures], whole });
  };
  try {
    const answer = await open(PATHS.clip, { candidate, why: 'decision' }, signal);
    for await (const { part, picture } of readClip(chunksOf(answer))) {
      if (signal.aborted) return undefined;
      if (part.part === 'header') info = part;
      else if (part.part === 'picture') {
        pictures.push({ ...part, data: picture });
        if (pictures.length <= 2 || performance.now() - shownAtMs > SHOW_MS) show(false);
      } else if (part.code === 'ok') {
        show(true);
        return info?.growing ? GROWING_MS : undefined;
      } else return failed(store, part.code, part.message, info !== undefined && pictures.length > 0);
    }
    return undefined;
  } catch (error) {
    if (signal.aborted || sessionEnded(error)) return undefined;
    const { code, message } =
      error instanceof CallFailed ? error : { code: CUT_SHORT, message: (error as Error).message };
    return failed(store, code, message, false);
  }
}

function failed(store: Store<Clip>, code: string, message: string, isPart: boolean): number | undefined {
  const hadSome = isPart || store.get().kind === 'here';
  if (!hadSome) store.set({ kind: 'absent', code, message });
  if (code === 'clip_gone') return undefined;
  return code === 'clip_not_here' ? NOT_HERE_MS : AGAIN_MS;
}

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read())
      yield read.value;
  } finally {
    reader?.cancel().catch(() => undefined);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
