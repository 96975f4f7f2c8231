/** Test videos, drawn by ffmpeg itself in a directory that goes away with the suite. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../pipeline/errors.ts';
import { openVideoFile, type VideoFileOptions } from '../../pipeline/ingest/file.ts';

export const haveFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

export class Videos {
  readonly directory = mkdtempSync(join(tmpdir(), 'vigie-videos-'));

  path(name: string): string {
    return join(this.directory, name);
  }

  /** `source` is a lavfi description; further arguments go to the encoder. */
  draw(name: string, source: string, ...args: string[]): string {
    return this.make(name, '-f', 'lavfi', '-i', source, ...args);
  }

  make(name: string, ...args: string[]): string {
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-y', this.path(name)]);
    return this.path(name);
  }

  write(name: string, bytes: string | Uint8Array): string {
    writeFileSync(this.path(name), bytes);
    return this.path(name);
  }

  /** A picture's luma, limited range, as ffmpeg reads it. */
  grey(name: string, picture: Uint8Array): Uint8Array {
    const words = ['-v', 'error', '-i', this.write(name, picture), '-f', 'rawvideo'];
    const scale = ['-vf', 'scale=160:90:flags=area:in_range=full:out_range=limited,format=yuv420p'];
    return execFileSync('ffmpeg', [...words, ...scale, 'pipe:1']).subarray(0, 14_400);
  }

  /** The first `share` of a file. */
  cut(name: string, of: string, share: number): string {
    const bytes = readFileSync(of);
    return this.write(name, bytes.subarray(0, Math.floor(bytes.length * share)));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface Viewing {
  readonly numbers: number[];
  readonly times: number[];
  /** Mean luma of each picture. */
  readonly brightness: number[];
  readonly fault?: InputError;
}

/** Reads a file to its end and keeps the fault, if any, beside what was seen before it. */
export async function view(path: string, options: Partial<VideoFileOptions> = {}): Promise<Viewing> {
  const seen = { numbers: [] as number[], times: [] as number[], brightness: [] as number[] };
  const source = await openVideoFile(path, { analysis: {}, startMs: 0, ...options });
  try {
    for await (const { number, capturedAtMs, luma } of source.pictures()) {
      seen.numbers.push(number);
      seen.times.push(capturedAtMs);
      seen.brightness.push(luma.reduce((sum, value) => sum + value, 0) / luma.length);
    }
    return seen;
  } catch (error) {
    if (error instanceof InputError) return { ...seen, fault: error };
    throw error;
  }
}

/** The fault that a promise is rejected with. */
export async function faultOf(promise: Promise<unknown>): Promise<InputError> {
  const error = await promise.then(
    () => new Error('no fault'),
    (reason: unknown) => reason,
  );
  if (error instanceof InputError) return error;
  throw error;
}
