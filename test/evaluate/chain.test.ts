import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fault, InputError } from '../../pipeline/errors.ts';
import type { Picture, PictureSource } from '../../pipeline/ingest/picture.ts';
import type { Candidate, Measured } from '../../pipeline/model.ts';
import { runChain } from '../../pipeline/operate/evaluate/chain.ts';
import { readTruths, runClips } from '../../pipeline/operate/evaluate/clips.ts';
import { evaluate } from '../../pipeline/operate/evaluate/evaluate.ts';
import { parseSite } from '../../pipeline/site/parse.ts';

const [W, H, PICTURES] = [96, 54, 60];

/** A textured view in which a dark upright thing walks from left to right after 6 s. */
class Walk implements PictureSource {
  readonly width = W;
  readonly height = H;
  readonly fps = 5;
  readonly sourceFps = 10;
  readonly #breaksAt: number;
  closed = false;

  constructor(breaksAt = Number.POSITIVE_INFINITY) {
    this.#breaksAt = breaksAt;
  }

  async *pictures(): AsyncGenerator<Picture> {
    const grey = new Uint8Array((W / 2) * (H / 2)).fill(128);
    for (let i = 0; i < PICTURES; i++) {
      if (i === this.#breaksAt) throw new InputError([fault('source_truncated', 'walk', 'ends early')]);
      const luma = Uint8Array.from(
        { length: W * H },
        (_, at) => 120 + (((at % W) * 7 + (at >> 5) * 13) % 32),
      );
      if (i >= 30) {
        for (let y = 20; y < 44; y++) luma.fill(20, y * W + (i - 30) * 2, y * W + (i - 30) * 2 + 8);
      }
      yield { number: i * 2, capturedAtMs: 1_000_000 + i * 200, luma, u: grey, v: grey };
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

const site = parseSite(
  `
site: test
kind: station
cameras:
  - id: cam
    zones: [{ id: right, polygon: [[0.4, 0], [1, 0], [1, 1], [0.4, 1]] }]
    rules: [{ id: no-right, event: forbidden_zone, zone: right }]
`,
  { file: 'test.yaml', dev: true },
);

async function run(source = new Walk()) {
  const measured: Measured[] = [];
  const candidates: Candidate[] = [];
  const cost = await runChain(
    source,
    site,
    site.cameras[0]!,
    (one) => measured.push(one),
    (one) => candidates.push(one),
  );
  return { measured, candidates, cost, source };
}

describe('the chain', () => {
  it('hands on every frame in order, says at the end that the view is lost, closes the source', async () => {
    const { measured, cost, source } = await run();
    expect(measured.map((one) => one.frame.number)).toEqual(
      Array.from({ length: PICTURES + 1 }, (_, i) => i * 2),
    );
    expect(measured.at(-1)?.frame).toMatchObject({ view: 'lost', blobs: [] });
    expect(measured.at(-1)?.frame.cells).toBeUndefined();
    expect(measured.slice(0, -1).every((one) => one.frame.view !== 'lost')).toBe(true);
    expect(cost.frames).toBe(PICTURES + 1);
    expect(cost.bytes).toBeGreaterThan(PICTURES * 20);
    expect(source.closed).toBe(true);
  });

  it('raises a claim for what walks into the zone, and ends it', async () => {
    const { candidates } = await run();
    expect(candidates.map((one) => one.phase)).toContain('begin');
    expect(candidates.at(-1)?.phase).toBe('end');
  });

  it('gives the same answer twice', async () => {
    const [one, two] = [await run(), await run()];
    expect(two.candidates).toEqual(one.candidates);
    expect(two.measured).toEqual(one.measured);
  });

  it('hands on what came before a fault, and that the view is lost, then throws it', async () => {
    const numbers: number[] = [];
    const source = new Walk(40);
    const broken = runChain(
      source,
      site,
      site.cameras[0]!,
      (one) => numbers.push(one.frame.number),
      () => undefined,
    );
    await expect(broken).rejects.toMatchObject({ code: 'source_truncated' });
    expect(numbers).toHaveLength(41);
    expect(source.closed).toBe(true);
  });
});

describe('an evaluation directory', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'vigie-evaluate-'));
    await Promise.all(['gt', 'site', 'clips'].map((name) => mkdir(path.join(directory, name))));
    const truth = { name: 'a', fps: 10, width: 64, height: 64, frames: 10, events: [] };
    await writeFile(path.join(directory, 'gt/a.json'), JSON.stringify(truth));
    await writeFile(path.join(directory, 'gt/stills.json'), '{"images": []}');
    const rules = '{ id: cam, source: ../clips/a.mp4, rules: [{ id: fire, event: fire }] }';
    await writeFile(path.join(directory, 'site/a.yaml'), `site: a\nkind: station\ncameras:\n  - ${rules}\n`);
    await writeFile(path.join(directory, 'clips/a.mp4'), '');
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is read without its stills', async () => {
    expect((await readTruths(directory)).map((truth) => truth.name)).toEqual(['a']);
  });

  it.each([
    ['no such clip', () => readTruths(directory, 'b'), 'no_clips'],
    ['no such directory', () => readTruths(path.join(directory, 'nowhere')), 'no_ground_truth'],
  ])('is refused: %s', async (_, read, code) => {
    await expect(read()).rejects.toMatchObject({ code });
  });

  it('goes on when a clip cannot be read, and says which', async () => {
    const { runs, failures } = await runClips(directory, await readTruths(directory), () => undefined);
    expect(runs).toEqual([]);
    expect(failures.map(({ clip }) => clip)).toEqual(['a']);
    const printed: string[] = [];
    expect(await evaluate(directory, { print: (text) => printed.push(text) })).toBe(1);
    expect(printed.join('\n')).toContain('not evaluated: a:');
  });

  it('is not gone through without a decoder: that is said once', async () => {
    await writeFile(path.join(directory, 'clips/a.mp4'), 'this is no video');
    vi.stubEnv('VIGIE_FFMPEG', path.join(directory, 'nowhere/ffmpeg'));
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(evaluate(directory)).rejects.toMatchObject({ code: 'decoder_missing' });
  });
});
