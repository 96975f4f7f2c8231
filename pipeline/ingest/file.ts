/**
 * Video files as sources of pictures, through the ffmpeg of this machine.
 *
 * Promises: every Nth picture by index (and some between, if asked for), none repeated or dropped; the planes as decoded (limited range stays
 * limited, full stays full); at most a few pictures in memory, whatever the pace of the consumer; an end that
 * tells a whole file from a cut or damaged one; no process left behind. (One cut leaves no trace: between two
 * pictures of a container without an index, such as MPEG-TS.)
 *
 * When the picture changes size in the middle of the stream and keeps its aspect ratio, the plane stays as it is
 * and the stream goes on: the same view at another resolution. When the ratio changes, zones and lines no longer
 * lie where they were drawn, so the stream ends there with `source_size_changed`, after the pictures before it.
 */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { type Fault, fault, InputError } from '../errors.ts';
import { type Analysis, decimation } from '../site/site.ts';
import { Decoder, type DecoderEnd } from './decoder.ts';
import { type Probe, probe, unstarted } from './ffmpeg.ts';
import { placesOf } from './flicker.ts';
import type { Picture, PictureSource } from './picture.ts';
import { planeOf, type Size } from './plane.ts';

export interface VideoFileOptions {
  readonly analysis: Analysis;
  /** Time of the first picture, ms since the Unix epoch. */
  readonly startMs: number;
  /** Decoding threads; 1 unless given, because cameras are what runs beside each other. */
  readonly threads?: number;
  /** How long the decoder may stay silent before it is ended with `source_stalled`; 30 s unless given. */
  readonly stallMsMax?: number;
  /** Give pictures between the analysed ones as well (flicker.ts). */
  readonly between?: boolean;
  /** Give a JPEG of the view with every analysed picture. */
  readonly full?: boolean;
}

export interface VideoFile extends PictureSource {
  /** The view as displayed. */
  readonly view: Size;
  readonly codec: string;
  /** Every how many pictures one is analysed. */
  readonly every: number;
}

/**
 * Opens a video file: looks at it now, starts decoding when pictures are asked for (once).
 *
 * Analysed picture i has number i * every, and every picture capturedAtMs startMs + number * 1000 / sourceFps, rounded to whole ms.
 * Throws InputError `source_unreadable`, `source_empty`, `source_not_video`, `source_truncated`,
 * `decoder_missing`, `plane_too_large`; pictures() adds `source_size_changed` and `source_stalled`.
 */
export async function openVideoFile(path: string, options: VideoFileOptions): Promise<VideoFile> {
  await checkFile(path);
  const found = await probe(path);
  const plane = planeOf(options.analysis, found, path);
  const every = decimation(found.fps, options.analysis.fps);
  const places = options.between === true ? placesOf(every, found.fps) : [0];
  let decoder: Promise<Decoder> | undefined;
  let closed = false;

  async function* pictures(): AsyncGenerator<Picture, void, undefined> {
    if (closed) return;
    if (decoder !== undefined) throw new Error(`the pictures of ${path} were already asked for`);
    decoder = Decoder.start(path, {
      every,
      places,
      plane,
      threads: options.threads ?? 1,
      stallMsMax: options.stallMsMax ?? 30_000,
      ...(options.full === true && { full: fullSize(found) }),
    });
    const running = await decoder;
    try {
      if (!closed)
        yield* readPictures(running, path, {
          plane,
          every,
          places,
          fps: found.fps,
          startMs: options.startMs,
          found,
        });
    } finally {
      await running.close();
    }
  }

  return {
    ...plane,
    view: { width: found.width, height: found.height },
    codec: found.codec,
    every,
    fps: found.fps / every,
    sourceFps: found.fps,
    pictures,
    async close() {
      closed = true;
      // A decoder that could not start has already been reported to whoever asked for pictures.
      await (await decoder?.catch(() => undefined))?.close();
    },
  };
}

interface Reading {
  readonly plane: Size;
  readonly every: number;
  readonly places: readonly number[];
  readonly fps: number;
  readonly startMs: number;
  readonly found: Probe;
}

async function* readPictures(decoder: Decoder, path: string, reading: Reading): AsyncGenerator<Picture> {
  const { every, places, fps, startMs } = reading;
  const numberOf = (index: number) =>
    Math.floor(index / places.length) * every + places[index % places.length]!;
  const { bytes, luma, u, v } = planes(reading.plane);
  let first: Size | undefined;
  let count = 0;
  for (; await decoder.read(bytes); count++) {
    const size = await decoder.sizeOf(count);
    first ??= size;
    if (size !== undefined && first !== undefined && !sameAspect(first, size)) {
      throw new InputError([sizeChanged(path, first, size, numberOf(count))]);
    }
    const number = numberOf(count);
    const picture = { number, capturedAtMs: Math.round(startMs + (number * 1000) / fps), luma, u, v };
    if (count % places.length > 0) {
      yield { ...picture, between: true };
      continue;
    }
    const full = await decoder.fullOf(count / places.length);
    yield full === undefined ? picture : { ...picture, full };
  }
  const why = endFault(path, await decoder.end(), numberOf(count), reading.found);
  if (why !== undefined) throw why;
}

/** Wide enough for a person to be judged by, and some 50 KB as a JPEG. */
const FULL_SIDE_MAX = 640;

/** The view as displayed, its longer side at most that; sides are even, because its chroma planes are half as large. */
function fullSize({ width, height }: Size): Size {
  const scale = Math.min(1, FULL_SIDE_MAX / Math.max(width, height));
  const even = (side: number) => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height) };
}

/** One buffer for the three planes, as ffmpeg writes 4:2:0: chroma sides are halved and rounded up. */
function planes({ width, height }: Size) {
  const lumaBytes = width * height;
  const chromaBytes = ((width + 1) >> 1) * ((height + 1) >> 1);
  const bytes = new Uint8Array(lumaBytes + 2 * chromaBytes);
  return {
    bytes,
    luma: bytes.subarray(0, lumaBytes),
    u: bytes.subarray(lumaBytes, lumaBytes + chromaBytes),
    v: bytes.subarray(lumaBytes + chromaBytes),
  };
}

/** Encoders round sides to multiples of 2 to 16, so the same view may differ by a little. */
function sameAspect(a: Size, b: Size): boolean {
  return Math.abs((a.width * b.height) / (a.height * b.width) - 1) <= 0.03;
}

function sizeChanged(path: string, from: Size, to: Size, number: number): Fault {
  return fault(
    'source_size_changed',
    path,
    `the picture changes from ${from.width}x${from.height} to ${to.width}x${to.height} at picture ${number}: its zones and lines no longer lie where they were drawn`,
    'give the new view its own camera, or set the camera back to its former resolution',
  );
}

/** A container's count may be off by a few pictures in files that are whole. */
const SHORTFALL_SHARE = 0.05;
const SHORTFALL_PICTURES = 3;

function endFault(
  path: string,
  end: DecoderEnd,
  decodedAtMost: number,
  found: Probe,
): InputError | undefined {
  switch (end.kind) {
    case 'closed':
      return undefined;
    case 'stalled':
      return new InputError([
        fault('source_stalled', path, 'the decoder gave nothing for too long and was ended'),
      ]);
    case 'failed_to_start':
      return unstarted('ffmpeg', end.error, path);
    case 'ended': {
      const decoded = end.decoded ?? decodedAtMost;
      const promised = found.pictures;
      const missing = promised === undefined ? 0 : promised - decoded;
      const short = missing > Math.max(SHORTFALL_PICTURES, (promised ?? 0) * SHORTFALL_SHARE);
      if (end.exitCode === 0 && end.faults === 0 && !short) return undefined;
      const reasons = [
        `${decoded} pictures could be decoded${promised === undefined ? '' : `, expected ${promised}`}`,
        ...(end.faults > 0 ? [`${end.faults} faults in the data, the first: ${end.firstFault}`] : []),
        ...(end.exitCode === 0 ? [] : [`ffmpeg ended with code ${end.exitCode}`]),
      ];
      return new InputError([
        fault(
          'source_truncated',
          path,
          `the file is cut off or damaged: ${reasons.join('; ')}`,
          'copy or record it again',
        ),
      ]);
    }
  }
}

async function checkFile(path: string): Promise<void> {
  const unreadable = (message: string, hint?: string) =>
    new InputError([fault('source_unreadable', path, message, hint)]);
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(error.code === 'ENOENT' ? 'no such file' : `cannot be read (${error.code})`);
  });
  if (!about.isFile()) {
    throw unreadable(`is ${about.isDirectory() ? 'a directory' : 'no regular file'}, expected a video file`);
  }
  await access(path, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(`cannot be read (${error.code})`, 'look at the permissions of the file');
  });
  if (about.size === 0) {
    throw new InputError([fault('source_empty', path, 'the file has 0 bytes, expected a video')]);
  }
}
