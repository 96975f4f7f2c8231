/** One picture of a camera: asked for with a reason, which the server writes into its audit, and made fit to be drawn. */
import { type ClipInfo, PATHS } from '../../api.ts';
import { CallFailed, open } from '../calls.ts';
import { CUT_SHORT, readClip } from '../queue/clip-reader.ts';
import { toRgba } from '../queue/yuv.ts';

export interface ViewPicture {
  readonly width: number;
  readonly height: number;
  readonly capturedAtMs: number;
  /** `plane`: the small grey picture that is analysed, where no other may be shown. */
  readonly kind: ClipInfo['kind'];
  readonly draw: (canvas: HTMLCanvasElement) => void;
}

/** Throws CallFailed. */
export async function fetchPicture(
  site: string,
  camera: string,
  why: string,
  signal: AbortSignal,
): Promise<ViewPicture> {
  const answer = await open(PATHS.picture, { site, camera, why }, signal);
  let info: ClipInfo | undefined;
  let found: ViewPicture | undefined;
  for await (const { part, picture } of readClip(chunksOf(answer))) {
    if (part.part === 'header') info = part;
    else if (part.part === 'picture' && info !== undefined)
      found = await made(info, part.capturedAtMs, picture);
    else if (part.part === 'end' && part.code !== 'ok') throw new CallFailed(0, part);
  }
  if (found === undefined) throw new CallFailed(0, { code: 'no_picture', message: 'no picture came' });
  return found;
}

async function* chunksOf(answer: Response): AsyncGenerator<Uint8Array> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function made(
  { kind, width, height, mediaType }: ClipInfo,
  capturedAtMs: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ViewPicture> {
  if (mediaType === 'video/raw') {
    const rgba = new ImageData(width, height);
    if (!toRgba(bytes, width, height, rgba.data)) throw unreadable('fewer bytes than pixels');
    const draw = (canvas: HTMLCanvasElement) => {
      Object.assign(canvas, { width, height });
      canvas.getContext('2d')?.putImageData(rgba, 0, 0);
    };
    return { kind, width, height, capturedAtMs, draw };
  }
  const bitmap = await createImageBitmap(new Blob([bytes], { type: mediaType })).catch((error: unknown) => {
    throw unreadable(String(error));
  });
  const draw = (canvas: HTMLCanvasElement) => {
    Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  };
  return { kind, width: bitmap.width, height: bitmap.height, capturedAtMs, draw };
}

function unreadable(why: string): CallFailed {
  return new CallFailed(0, { code: CUT_SHORT, message: why });
}
