/** The clip, looping, with what was seen drawn over it. */

import './player.css';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Candidate } from '../../../model.ts';
import type { CameraSetup } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { Store, useStore } from '../store.ts';
import { Key } from '../ui/key.tsx';
import type { Clip } from './clip.ts';
import { drawOverlay, INKS } from './overlay.ts';
import { Pictures } from './pictures.ts';
import { advanced, Coverage, loopEndMs, pictureAt, SPEEDS, type Speed } from './playback.ts';
import { clockTime } from './times.ts';
import { useQueueWords } from './words.ts';

export interface PlayerControls {
  toggle(): void;
  step(by: number): void;
  speedUp(): void;
  bare(): void;
}

interface PlayerProps {
  readonly clip: Clip;
  readonly candidate: Candidate;
  readonly setup: CameraSetup | undefined;
  readonly label: string;
  readonly controls: RefObject<PlayerControls | null>;
  /** How much has been looked at, 0..1, of all that has come. */
  readonly onShare: (share: number) => void;
}

/** A tab that slept does not jump. */
const FRAME_MS_MAX = 250;

export function Player({ clip, candidate, setup, label, controls, onShare }: PlayerProps) {
  const words = useQueueWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [playing, setPlaying] = useState(true);
  const [speed, setSpeed] = useState<Speed>(1);
  const [bare, setBare] = useState(false);
  const shown = useMemo(() => new Store(-1), []);
  const film = useMemo(
    () => new Film(shown),
    // One for each candidate: the player is keyed by it.
    [],
  );
  film.look = { clip, candidate, setup, bare, playing, speed, onShare };
  film.dirty = true;
  useEffect(() => film.run(canvas.current!), []);

  controls.current = {
    toggle: () => setPlaying((before) => !before),
    step: (by) => {
      setPlaying(false);
      film.step(by);
    },
    speedUp: () => setSpeed((before) => SPEEDS[(SPEEDS.indexOf(before) + 1) % SPEEDS.length]!),
    bare: () => setBare((before) => !before),
  };

  const isNone = clip.kind === 'here' && clip.info.kind === 'none';
  return (
    <div class="player">
      <div class="screen">
        <canvas ref={canvas} role="img" aria-label={label} />
        <p class="on-screen" role="status">
          {clip.kind === 'loading' && words.clip.loading}
          {clip.kind === 'here' && clip.pictures.length === 0 && words.clip.empty}
        </p>
        <p class="on-screen corner" role="status">
          {clip.kind === 'absent' && <span>{absentText(clip, words)}</span>}
          {isNone && <span>{words.clip.none}</span>}
          {clip.kind === 'here' && clip.info.kind === 'plane' && <span>{words.clip.plane}</span>}
          {clip.kind === 'here' && clip.info.growing && <span>{words.clip.growing}</span>}
        </p>
      </div>
      <Timeline clip={clip} candidate={candidate} shown={shown} onSeek={(at) => film.seek(at)} />
      <div class="controls" hidden={clip.kind === 'absent'}>
        <button type="button" class="button" onClick={() => controls.current?.toggle()}>
          <span aria-hidden="true">{playing ? '❚❚' : '▶'}</span>
          <span class="hidden-but-read">{playing ? words.clip.pause : words.clip.play}</span>
        </button>
        <button
          type="button"
          class="button"
          aria-label={words.clip.back}
          onClick={() => controls.current?.step(-1)}
        >
          <Key>,</Key>
        </button>
        <button
          type="button"
          class="button"
          aria-label={words.clip.on}
          onClick={() => controls.current?.step(1)}
        >
          <Key>.</Key>
        </button>
        <button type="button" class="button number" onClick={() => controls.current?.speedUp()}>
          <span class="hidden-but-read">{words.clip.speed}</span>
          {speed}× <Key>S</Key>
        </button>
        {!isNone && (
          <button type="button" class="button" aria-pressed={bare} onClick={() => controls.current?.bare()}>
            {words.clip.bare} <Key>B</Key>
          </button>
        )}
        {!bare && (
          <ul class="legend small">
            {(['place', 'region', 'blob', 'flow', 'flame'] as const).map((one) => (
              <li key={one}>
                <i style={{ background: INKS[one] }} />
                {words.clip.legend[one]}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function absentText(
  { code, message }: { code: string; message: string },
  { clipWhy }: ReturnType<typeof useQueueWords>,
): string {
  const known = clipWhy[code as keyof typeof clipWhy];
  return typeof known === 'string' ? known : clipWhy.other(message);
}

interface TimelineProps {
  readonly clip: Clip;
  readonly candidate: Candidate;
  readonly shown: Store<number>;
  readonly onSeek: (atMs: number) => void;
}

function Timeline({ clip, candidate, shown, onSeek }: TimelineProps) {
  const words = useQueueWords();
  const { language } = usePreferences();
  const at = useStore(shown, (index) => index);
  if (clip.kind !== 'here' || clip.pictures.length === 0) return <div class="timeline" />;
  const { pictures, info } = clip;
  const fromMs = Math.min(info.fromMs, pictures[0]!.capturedAtMs);
  const untilMs = Math.max(info.untilMs, pictures.at(-1)!.capturedAtMs, fromMs + 1);
  const atMs = pictures[Math.max(0, at)]?.capturedAtMs ?? fromMs;
  const share = (ms: number) => `${(100 * (ms - fromMs)) / (untilMs - fromMs)}%`;
  const offset = (atMs - candidate.beganAtMs) / 1000;
  const told = words.clip.fromMoment(`${offset < 0 ? '−' : '+'}${Math.abs(offset).toFixed(1)}`);
  const momentIsHere = candidate.beganAtMs >= fromMs && candidate.beganAtMs <= untilMs;
  return (
    <div class="timeline">
      <div class="track">
        <i
          class="have"
          style={{
            left: share(pictures[0]!.capturedAtMs),
            right: `calc(100% - ${share(pictures.at(-1)!.capturedAtMs)})`,
          }}
        />
        {momentIsHere && (
          <i class="moment" style={{ left: share(candidate.beganAtMs) }} title={words.clip.moment} />
        )}
        <input
          type="range"
          min={fromMs}
          max={untilMs}
          step={1}
          value={atMs}
          aria-label={words.clip.position}
          aria-valuetext={told}
          onInput={({ currentTarget }) => onSeek(Number(currentTarget.value))}
        />
      </div>
      <span class="number small">{clockTime(atMs, language)}</span>
      <span class="number small quiet offset">{told}</span>
    </div>
  );
}

interface Look {
  readonly clip: Clip;
  readonly candidate: Candidate;
  readonly setup: CameraSetup | undefined;
  readonly bare: boolean;
  readonly playing: boolean;
  readonly speed: Speed;
  readonly onShare: (share: number) => void;
}

/** What runs outside of the page's drawing: the loop, and the canvas. */
class Film {
  look!: Look;
  dirty = true;
  readonly #shown: Store<number>;
  readonly #coverage = new Coverage();
  readonly #pictures = new Pictures(() => {
    this.dirty = true;
  });
  #atMs = 0;
  #index = -1;
  #share = 0;
  #times: readonly number[] = [];
  #timesOf: unknown;

  constructor(shown: Store<number>) {
    this.#shown = shown;
  }

  /** Returns the way out. */
  run(canvas: HTMLCanvasElement): () => void {
    const resized = new ResizeObserver(() => {
      const dot = devicePixelRatio;
      canvas.width = Math.max(1, Math.round(canvas.clientWidth * dot));
      canvas.height = Math.max(1, Math.round(canvas.clientHeight * dot));
      this.dirty = true;
    });
    resized.observe(canvas);
    let before = performance.now();
    let next = 0;
    const frame = (now: number) => {
      this.#advance(Math.min(now - before, FRAME_MS_MAX));
      before = now;
      if (this.dirty) this.#draw(canvas);
      next = requestAnimationFrame(frame);
    };
    next = requestAnimationFrame(frame);
    return () => {
      cancelAnimationFrame(next);
      resized.disconnect();
      this.#pictures.clear();
    };
  }

  seek(atMs: number): void {
    this.#atMs = atMs;
    this.#show(pictureAt(this.#read(), atMs));
  }

  step(by: number): void {
    const times = this.#read();
    if (times.length === 0) return;
    const index = (Math.max(0, this.#index) + by + times.length) % times.length;
    this.#atMs = times[index]!;
    this.#show(index);
  }

  #read(): readonly number[] {
    const { clip } = this.look;
    if (clip === this.#timesOf) return this.#times;
    this.#timesOf = clip;
    this.#times = clip.kind === 'here' ? clip.pictures.map(({ capturedAtMs }) => capturedAtMs) : [];
    return this.#times;
  }

  #advance(passedMs: number): void {
    const { clip, playing, speed } = this.look;
    const times = this.#read();
    if (times.length === 0) return;
    if (this.#index < 0) {
      this.#atMs = times[0]!;
      this.#show(0);
      return;
    }
    if (playing) {
      const isWhole = clip.kind === 'here' && clip.whole;
      const nextMs = this.#atMs + passedMs * speed;
      // Pictures that are still coming are waited for, not jumped back from.
      if (!isWhole && nextMs >= loopEndMs(times)) return;
      this.#atMs = advanced(times, this.#atMs, passedMs * speed);
      const index = pictureAt(times, this.#atMs);
      if (index !== this.#index) {
        this.#coverage.play(this.#index, index, times.length, speed);
        this.#index = index;
        this.#shown.set(index);
        this.dirty = true;
      }
    }
    this.#tell(clip);
  }

  #show(index: number): void {
    this.#coverage.look(index);
    this.#index = index;
    this.#shown.set(index);
    this.dirty = true;
  }

  #tell(clip: Clip): void {
    if (clip.kind !== 'here' || !clip.whole) return;
    const share = this.#coverage.share(clip.pictures.length);
    if (share === this.#share) return;
    this.#share = share;
    this.look.onShare(share);
  }

  #draw(canvas: HTMLCanvasElement): void {
    const pen = canvas.getContext('2d');
    if (pen === null) return;
    this.dirty = false;
    const { clip, candidate, setup, bare } = this.look;
    pen.fillStyle = '#0b1117';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (clip.kind === 'loading') return;
    const picture = clip.kind === 'here' ? clip.pictures[this.#index] : undefined;
    const seen = picture?.frame;
    const ratio = ratioOf(clip, seen);
    const width = Math.min(canvas.width, canvas.height * ratio);
    const height = width / ratio;
    const on = {
      x: (canvas.width - width) / 2,
      y: (canvas.height - height) / 2,
      width,
      height,
      dot: devicePixelRatio * Math.min(2, Math.max(1, canvas.clientWidth / 900)),
    };
    if (clip.kind === 'here' && picture !== undefined) {
      const drawable = this.#pictures.get(clip.info, clip.pictures, this.#index);
      if (drawable) {
        pen.drawImage(drawable, on.x, on.y, on.width, on.height);
      }
    }
    const isBlank = clip.kind === 'absent' || clip.info.kind === 'none';
    if (isBlank) {
      pen.strokeStyle = 'rgb(255 255 255 / 20%)';
      pen.strokeRect(on.x + 0.5, on.y + 0.5, on.width - 1, on.height - 1);
    }
    if (!bare || isBlank) drawOverlay(pen, on, { candidate, setup, seen });
  }
}

function ratioOf(clip: Clip, seen: { planeWidth: number; planeHeight: number } | undefined): number {
  const { width, height } = clip.kind === 'here' ? clip.info : { width: 0, height: 0 };
  if (width > 0 && height > 0) return width / height;
  return seen !== undefined && seen.planeHeight > 0 ? seen.planeWidth / seen.planeHeight : 16 / 9;
}
