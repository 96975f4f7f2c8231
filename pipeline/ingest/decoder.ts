/**
 * One running ffmpeg: planes of pictures on its stdout, what it says about them on its stderr.
 *
 *   decode -> some of every N pictures -> (note its size) -> scale, area averaging -> 4:2:0 planes, back to back
 *
 * Bounds. stdout is read at the consumer's pace: ffmpeg waits on a full pipe (about 200 KB, ten pictures of
 * 160x90), and here one chunk (at most 64 KB) and one picture are held. stderr is read as it comes; of it the
 * counts, the first fault and the sizes of the pictures still in the pipe are kept, nothing else.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { ffmpegTools, inputArguments, lastLine, unstarted } from './ffmpeg.ts';
import { type Jpeg, Jpegs } from './jpegs.ts';
import type { Size } from './plane.ts';

export interface DecoderOptions {
  readonly every: number;
  /** Which of every `every` pictures, 0..every - 1, rising. */
  readonly places: readonly number[];
  readonly plane: Size;
  readonly threads: number;
  readonly stallMsMax: number;
  /** Size of a JPEG of every first picture of `every`, beside its plane. Absent: none. */
  readonly full?: Size;
}

export type DecoderEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'failed_to_start'; readonly error: Error }
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      /** Messages that mean lost or damaged data. */
      readonly faults: number;
      readonly firstFault: string;
      /** Source pictures decoded; absent when ffmpeg did not say. */
      readonly decoded?: number;
    };

export class Decoder {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #full: Jpegs | undefined;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #talk: Talk;
  readonly #ended: Promise<{ code: number; error?: Error }>;
  readonly #stallMsMax: number;
  #rest: Buffer = Buffer.alloc(0);
  #why: 'closed' | 'stalled' | undefined;

  /** Starts ffmpeg at once. */
  static async start(path: string, options: DecoderOptions): Promise<Decoder> {
    const { ffmpeg } = ffmpegTools();
    const timing = (await knowsFpsMode(ffmpeg, path)) ? '-fps_mode' : '-vsync';
    return new Decoder(ffmpeg, path, options, timing);
  }

  private constructor(ffmpeg: string, path: string, options: DecoderOptions, timing: string) {
    this.#stallMsMax = options.stallMsMax;
    const child = spawn(ffmpeg, decodeArguments(path, options, timing), {
      stdio: ['ignore', 'pipe', 'pipe', options.full === undefined ? 'ignore' : 'pipe'],
    });
    this.#child = child as ChildProcessByStdio<null, Readable, Readable>;
    this.#full = options.full && new Jpegs(child.stdio[3] as Readable);
    this.#talk = new Talk(this.#child.stderr);
    this.#chunks = this.#child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#ended = new Promise((done) => {
      child.once('error', (error) => done({ code: 1, error }));
      child.once('close', (code) => done({ code: code ?? 1 }));
    });
  }

  /** Fills `target` with the next picture's planes. false: the stream is over, end() says how. */
  async read(target: Uint8Array): Promise<boolean> {
    let filled = 0;
    while (filled < target.length) {
      if (this.#rest.length === 0) {
        const chunk = await this.#next();
        if (chunk === undefined) return false;
        this.#rest = chunk;
      }
      const part = this.#rest.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return true;
  }

  /** Size of the source picture behind the `index`th picture read. Ask once for each, in order. */
  sizeOf(index: number): Promise<Size | undefined> {
    return this.#talk.sizeOf(index);
  }

  /** The JPEG of the `index`th analysed picture. Ask once for each, in order. */
  async fullOf(index: number): Promise<Jpeg | undefined> {
    return this.#full?.take(index, FULL_MS_MAX);
  }

  /** How it ended. Waits for the process to be gone. */
  async end(): Promise<DecoderEnd> {
    const { code, error } = await this.#ended;
    if (error !== undefined) return { kind: 'failed_to_start', error };
    if (this.#why !== undefined) return { kind: this.#why };
    return { kind: 'ended', exitCode: code, ...this.#talk.summary() };
  }

  /** Kills the process and waits until it is gone. */
  async close(why: 'closed' | 'stalled' = 'closed'): Promise<void> {
    this.#why ??= why;
    this.#child.kill('SIGKILL');
    this.#child.stdout.destroy();
    await this.#ended;
  }

  async #next(): Promise<Buffer | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<'stalled'>((done) => {
      timer = setTimeout(() => done('stalled'), this.#stallMsMax);
    });
    try {
      const next = await Promise.race([this.#chunks.next(), stalled]);
      if (next !== 'stalled') return next.done === true ? undefined : next.value;
      await this.close('stalled');
      return undefined;
    } catch {
      // The pipe broke because the process is gone or being closed; end() tells which.
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** ffmpeg writes it with the plane; one that comes later is not waited for. */
const FULL_MS_MAX = 500;

function decodeArguments(path: string, options: DecoderOptions, timing: string): string[] {
  const { every, places, plane, threads } = options;
  const filters = [
    // By index, not by time: no picture is repeated or dropped, and every number is known.
    `select='${places.map((place) => `eq(mod(n,${every}),${place})`).join('+')}'`,
    'showinfo=checksum=0',
    `scale=${plane.width}:${plane.height}:flags=area`,
    // Both names are the same bytes: limited or full range stays as decoded.
    'format=pix_fmts=yuv420p|yuvj420p',
  ].join(',');
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+verbose'],
    // Without it a change of size would build the filters anew and the count of pictures would restart.
    ...['-reinit_filter', '0', '-threads', String(threads), ...inputArguments(path)],
    ...['-map', '0:V:0', '-an', '-sn', '-dn', '-filter_threads', '1', '-vf', filters],
    ...[timing, 'passthrough', '-f', 'rawvideo', 'pipe:1'],
    ...(options.full === undefined ? [] : fullArguments(every, options.full, timing)),
  ];
}

/**
 * A second output of the same decoding. One encoding thread, which gives each picture at once instead of when its
 * threads are full, and no thread of the file's own writer in between.
 */
function fullArguments(every: number, { width, height }: Size, timing: string): string[] {
  const filters = `select='eq(mod(n,${every}),0)',scale=${width}:${height}:flags=area,format=yuvj420p`;
  return [
    ...['-map', '0:V:0', '-an', '-sn', '-dn', '-filter_threads', '1', '-vf', filters],
    ...[timing, 'passthrough', '-c:v', 'mjpeg', '-q:v', '5', '-threads:v', '1'],
    ...['-flush_packets', '1', '-f', 'image2pipe', 'pipe:3'],
  ];
}

/** What ffmpeg says, folded line by line. */
class Talk {
  #line = '';
  #faults = 0;
  #firstFault = '';
  #decoded: number | undefined;
  #over = false;
  #firstSize = 0;
  readonly #sizes: Size[] = [];
  #wake: () => void = () => {};

  constructor(stderr: Readable) {
    stderr.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    const over = () => {
      this.#over = true;
      this.#wake();
    };
    stderr.once('close', over).once('error', over);
  }

  async sizeOf(index: number): Promise<Size | undefined> {
    while (index >= this.#firstSize + this.#sizes.length && !this.#over) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    const [size] = this.#sizes.splice(0, index - this.#firstSize + 1).slice(-1);
    this.#firstSize = index + 1;
    return size;
  }

  summary(): { faults: number; firstFault: string; decoded?: number } {
    const told = { faults: this.#faults, firstFault: this.#firstFault };
    return this.#decoded === undefined ? told : { ...told, decoded: this.#decoded };
  }

  #take(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(0, 4096);
    for (const line of lines) this.#hear(line);
    this.#wake();
  }

  #hear(line: string): void {
    const [, context = '', level, message = ''] = SAID.exec(line) ?? [];
    if (level === undefined) return;
    if (context.includes('showinfo')) {
      const [, width, height] = / s:(\d+)x(\d+) /.exec(message) ?? [];
      if (width !== undefined) this.#sizes.push({ width: Number(width), height: Number(height) });
    } else if (
      level === 'error' ||
      level === 'fatal' ||
      level === 'panic' ||
      /packet corrupt/i.test(message)
    ) {
      if (this.#faults++ === 0) this.#firstFault = lastLine(message);
    } else if (level === 'verbose') {
      const [, decoded] = /Input stream #\d+:\d+ \(video\):.*?(\d+) frames decoded/.exec(message) ?? [];
      if (decoded !== undefined) this.#decoded = Number(decoded);
    }
  }
}

/** `[h264 @ 0x55d0] [error] missing picture`; the part of the program is absent for ffmpeg itself. */
const SAID = /^(?:\[([^\]]* @ [^\]]*)\] )?\[(\w+)\] (.*)$/;

const fpsMode = new Map<string, Promise<boolean>>();

/** `-fps_mode` came with 5.1; its forerunner `-vsync` goes away after 7. Builds from git have no number. */
function knowsFpsMode(ffmpeg: string, path: string): Promise<boolean> {
  const known = fpsMode.get(ffmpeg);
  if (known !== undefined) return known;
  const asked = promisify(execFile)(ffmpeg, ['-version'], { timeout: 20_000 }).then(
    ({ stdout }) => {
      const [, major, minor] = /^ffmpeg version n?(\d+)\.(\d+)/.exec(stdout) ?? [];
      return major === undefined || Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 1);
    },
    (error: Error) => {
      // Not remembered: ffmpeg may be installed while Vigie runs.
      fpsMode.delete(ffmpeg);
      throw unstarted(ffmpeg, error, path);
    },
  );
  fpsMode.set(ffmpeg, asked);
  return asked;
}
