/**
 * `--objects DIR`: what a detector found in a clip, as DIR/NAME.det.txt in the form of the MOTChallenge: one box a line,
 * `frame, id, left, top, width, height, confidence, ...`, frames from 1, pixels of the clip. All of them are people.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fault, InputError } from '../../errors.ts';
import type { PictureSource } from '../../ingest/picture.ts';
import type { DetectedObject } from '../../model.ts';

/** By frame number of the clip, from 0. */
export type ObjectsByFrame = ReadonlyMap<number, readonly DetectedObject[]>;

export interface Clip {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** Undefined when there is no file for the clip. Throws InputError with every wrong line. */
export async function readObjects(directory: string, clip: Clip): Promise<ObjectsByFrame | undefined> {
  const file = path.join(directory, `${clip.name}.det.txt`);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new InputError([fault('objects_not_readable', file, `cannot be read: ${error.message}`)]);
  });
  return text === undefined ? undefined : parseObjects(text, file, clip);
}

export function parseObjects(text: string, file: string, { width, height }: Clip): ObjectsByFrame {
  const found = new Map<number, DetectedObject[]>();
  const faults = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const values = line.split(',').map(Number);
    const [frame = Number.NaN, , left = Number.NaN, top = 0, wide = 0, tall = 0, confidence = Number.NaN] =
      values;
    if (!isSound(values.slice(0, 7)) || frame < 1 || !Number.isInteger(frame) || wide <= 0 || tall <= 0) {
      faults.push(
        fault(
          'objects_bad_line',
          `${file}:${index + 1}`,
          `is '${line.trim().slice(0, 60)}', expected frame (from 1), id, left, top, width, height, confidence`,
        ),
      );
      continue;
    }
    const x = (value: number) => Math.min(1, Math.max(0, value / width));
    const y = (value: number) => Math.min(1, Math.max(0, value / height));
    const object: DetectedObject = {
      class: 'person',
      box: { x0: x(left), y0: y(top), x1: x(left + wide), y1: y(top + tall) },
      confidence: Math.min(1, Math.max(0, confidence)),
    };
    const there = found.get(frame - 1);
    if (there === undefined) found.set(frame - 1, [object]);
    else there.push(object);
  }
  if (faults.length > 0) throw new InputError(faults);
  return found;
}

/** The same pictures, each with what the detector found in it. */
export function withObjects(source: PictureSource, objects: ObjectsByFrame | undefined): PictureSource {
  if (objects === undefined) return source;
  return {
    width: source.width,
    height: source.height,
    fps: source.fps,
    sourceFps: source.sourceFps,
    async *pictures() {
      for await (const picture of source.pictures())
        yield { ...picture, objects: objects.get(picture.number) ?? [] };
    },
    close: () => source.close(),
  };
}

function isSound(values: readonly number[]): boolean {
  return values.length === 7 && values.every(Number.isFinite);
}
