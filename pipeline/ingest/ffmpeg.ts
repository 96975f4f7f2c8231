/**
 * The `ffmpeg` and `ffprobe` of this machine: where they are, and what they say about a file.
 *
 * Both are started with argument arrays, never through a shell. A path is always handed over as `file:` plus an
 * absolute path, so that no name can be taken for an option or for a protocol; the protocol whitelist keeps a
 * container that refers elsewhere from reaching the network; the format whitelist keeps text (which ffmpeg would
 * draw as terminal art), pictures and playlists from passing as video.
 */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Fault, fault, InputError } from '../errors.ts';

/** `VIGIE_FFMPEG` names another ffmpeg; its ffprobe is then the one beside it. */
export function ffmpegTools(): { ffmpeg: string; ffprobe: string } {
  const ffmpeg = process.env.VIGIE_FFMPEG || 'ffmpeg';
  const directory = dirname(ffmpeg);
  const probe = basename(ffmpeg).replace('ffmpeg', 'ffprobe');
  return { ffmpeg, ffprobe: directory === '.' && !ffmpeg.startsWith('.') ? probe : join(directory, probe) };
}

/** Containers and bare streams that hold moving pictures. */
const FORMATS = [
  'mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,flv,asf,ogg,mxf,nut,dv,rm',
  'yuv4mpegpipe,mjpeg,wtv,gxf',
].join(',');

/** Input arguments that every start shares. */
export function inputArguments(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', FORMATS, '-i', `file:${resolve(path)}`];
}

export interface Probe {
  /** As displayed: rotation applied, pixels made square. */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Pictures that the container promises; absent when it does not say. */
  readonly pictures?: number;
  readonly codec: string;
}

/** Longest wait for ffprobe: it reads a few MB of a local file. */
const PROBE_MS_MAX = 20_000;

/**
 * What the first video stream of a file is. Throws InputError `decoder_missing`, `source_not_video`,
 * `source_truncated` (the container lost its index) or `source_unreadable`.
 */
export async function probe(path: string): Promise<Probe> {
  const entries =
    'stream=codec_name,width,height,avg_frame_rate,r_frame_rate,nb_frames,duration,sample_aspect_ratio:stream_side_data=rotation:stream_tags=rotate';
  const answer = await run(
    ffmpegTools().ffprobe,
    [
      '-v',
      'error',
      '-select_streams',
      'V:0',
      '-show_entries',
      entries,
      '-of',
      'json',
      ...inputArguments(path),
    ],
    path,
  );
  if (answer.code !== 0) throw new InputError([unopened(path, answer.stderr, await startsAsContainer(path))]);
  const stream = (JSON.parse(answer.stdout) as { streams?: RawStream[] }).streams?.[0];
  if (stream === undefined) {
    throw new InputError([fault('source_not_video', path, 'no video stream found, expected one')]);
  }
  if (!(Number(stream.width) > 0 && Number(stream.height) > 0)) {
    throw new InputError([
      fault('source_not_video', path, 'no decodable picture found: the size of the video is not known'),
    ]);
  }
  return describe(stream);
}

interface RawStream {
  readonly codec_name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly nb_frames?: string;
  readonly duration?: string;
  readonly sample_aspect_ratio?: string;
  readonly side_data_list?: readonly { readonly rotation?: number }[];
  readonly tags?: { readonly rotate?: string };
}

function describe(stream: RawStream): Probe {
  const pixelAspect = ratio(stream.sample_aspect_ratio) ?? 1;
  const wide = Math.max(1, Math.round(Number(stream.width) * pixelAspect));
  const high = Number(stream.height);
  const rotation =
    stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ??
    Number(stream.tags?.rotate ?? 0);
  const upright = Math.abs(Math.round(rotation / 90)) % 2 === 0;
  const fps = rate(stream.avg_frame_rate) ?? rate(stream.r_frame_rate) ?? 25;
  const pictures = promised(stream, fps);
  return {
    width: upright ? wide : high,
    height: upright ? high : wide,
    fps,
    codec: stream.codec_name ?? 'unknown',
    ...(pictures === undefined ? {} : { pictures }),
  };
}

/** The smaller of count and duration: an edit list hides pictures that the count includes. */
function promised(stream: RawStream, fps: number): number | undefined {
  const counted = Number(stream.nb_frames);
  const timed = Math.round(Number(stream.duration) * fps);
  if (!(counted > 0)) return undefined;
  return timed > 0 ? Math.min(counted, timed) : counted;
}

function ratio(text: string | undefined): number | undefined {
  const [over, under] = (text ?? '').split(/[:/]/).map(Number);
  if (over === undefined || under === undefined) return undefined;
  return over > 0 && under > 0 ? over / under : undefined;
}

/** Containers without a rate answer 0/0 or a clock's rate. */
function rate(text: string | undefined): number | undefined {
  const fps = ratio(text);
  return fps !== undefined && fps <= 1000 ? fps : undefined;
}

/** ISO media files (MP4, QuickTime) open with a box; the name alone makes ffmpeg take any bytes for one. */
async function startsAsContainer(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return bytesRead === 8 && /^(ftyp|moov|mdat|wide|free|skip|pnot)$/.test(buffer.toString('latin1', 4, 8));
  } finally {
    await file.close();
  }
}

function unopened(path: string, stderr: string, container: boolean): Fault {
  const reason = lastLine(stderr);
  if (container && /moov atom not found|partial file/i.test(stderr)) {
    return fault(
      'source_truncated',
      path,
      `the file ends before the index that its container promises (${reason})`,
      'copy it again; an MP4 cut off while recording has no index, MPEG-TS or Matroska would have survived',
    );
  }
  if (/permission denied|input\/output error/i.test(stderr)) {
    return fault('source_unreadable', path, `cannot be read (${reason})`);
  }
  return fault('source_not_video', path, `not a video that the decoder knows (${reason})`);
}

/** Collects what a short-lived tool says. At most 1 MB is kept. */
async function run(
  program: string,
  args: readonly string[],
  path: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROBE_MS_MAX,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (texts[name].length < 1_000_000) texts[name] += text;
    });
  }
  const code = await new Promise<number>((done, failed) => {
    child.once('error', (error) => failed(unstarted(program, error, path)));
    child.once('close', (exit, signal) => {
      if (signal === null) done(exit ?? 1);
      else
        failed(
          new InputError([
            fault(
              'source_unreadable',
              path,
              `${basename(program)} did not answer within ${PROBE_MS_MAX / 1000} s`,
            ),
          ]),
        );
    });
  });
  return { code, ...texts };
}

/** Why a program could not be started, as a fault of the source. */
export function unstarted(program: string, error: Error, path: string): InputError {
  const { code } = error as NodeJS.ErrnoException;
  return new InputError([
    fault(
      'decoder_missing',
      path,
      code === 'ENOENT'
        ? `decoding needs ffmpeg, but '${program}' was not found`
        : `decoding needs ffmpeg, but '${program}' does not start (${code ?? error.message})`,
      [
        'install it: Debian/Ubuntu: sudo apt install ffmpeg',
        'Fedora: sudo dnf install ffmpeg-free',
        'macOS: brew install ffmpeg',
        'Windows: winget install Gyan.FFmpeg',
        'or set VIGIE_FFMPEG to its path',
      ].join('; '),
    ),
  ]);
}

/** Without the address that ffmpeg puts before its messages. */
export function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line.replace(/^\[[^\]]*\] /, '').slice(0, 200) || 'no reason given';
}
