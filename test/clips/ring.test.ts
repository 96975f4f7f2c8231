/** The ring's bounds: age, bytes, and what is held through a tunnel. */
import { expect, it } from 'vitest';
import { BYTES_MAX, Ring, type RingPicture } from '../../pipeline/clips/ring.ts';
import { frameOf } from '../support/frames.ts';

const T0 = 1_790_000_000_000;
const frame = frameOf('quai', 0);
const pictureAt = (atMs: number, bytes = 100): RingPicture => ({
  ...{ number: 0, capturedAtMs: T0 + atMs, epoch: T0, kind: 'plane', width: 16, height: 8, frame },
  data: new Uint8Array(bytes),
});

it('keeps 30 s at the rate of the camera, and not a picture more', () => {
  const ring = new Ring();
  for (let ms = 0; ms <= 120_000; ms += 200) ring.add(pictureAt(ms));
  expect(ring.length).toBe(151);
  expect(ring.bytes).toBe(151 * 2_100);
  expect(ring.between(0, T0 + 1e9, T0)[0]!.capturedAtMs).toBe(T0 + 90_000);
});

it('holds 30 s of the largest plane, and never more bytes than it may', () => {
  const ring = new Ring();
  for (let ms = 0; ms <= 60_000; ms += 200) ring.add(pictureAt(ms, 86_400));
  expect(ring.length).toBe(151);
  for (let ms = 60_200; ms <= 90_000; ms += 200) {
    ring.add(pictureAt(ms, 196_608));
    expect(ring.bytes).toBeLessThanOrEqual(BYTES_MAX);
  }
  expect(ring.length).toBe(Math.floor(BYTES_MAX / 198_608));
});

it('holds a tunnel of ten minutes more thinly, and the last seconds whole', () => {
  const ring = new Ring();
  for (let ms = 0; ms <= 600_000; ms += 200) {
    ring.add(pictureAt(ms, 21_600), true);
    expect(ring.bytes).toBeLessThanOrEqual(BYTES_MAX);
  }
  const times = ring.between(0, T0 + 1e9, T0).map(({ capturedAtMs }) => capturedAtMs - T0);
  expect(times[0]).toBe(0);
  const gaps = times.slice(1).map((ms, index) => ms - times[index]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(3_200);
  expect(times.filter((ms) => ms > 570_000)).toHaveLength(150);
});

it.each([
  ['an hour back', -3_600_000],
  ['an hour on', 3_600_000],
])('lets go of what a clock that was set %s makes no part of now', (_, jumpMs) => {
  const ring = new Ring();
  for (let ms = 0; ms <= 10_000; ms += 200) ring.add(pictureAt(ms));
  for (let ms = 0; ms <= 1_000; ms += 200) ring.add(pictureAt(jumpMs + ms));
  expect(ring.length).toBe(6);
});
