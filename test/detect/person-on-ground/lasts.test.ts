/** Who is down must stay so beyond `for`, unless claims are wanted within a moment. */
import { expect, it } from 'vitest';
import { Claim, HOLDS_NOT } from '../../../pipeline/detect/claim.ts';
import { type Actor, framesOf, LYING, lookAt, machineFor } from './postures.ts';

const FELL_S = 6;

/** When it is claimed, seconds after they began to fall, for who lies that long and gets up. */
function claimedAfterS(forMs: number, liesS: number): number | undefined {
  const upAgainS = FELL_S + liesS;
  const actor: Actor = {
    poses: [
      [FELL_S, {}],
      [FELL_S + 0.6, LYING],
      [upAgainS, LYING],
      [upAgainS + 1, { top: 1, wide: 0.3 }],
    ],
  };
  const frames = framesOf({ actors: [actor], seconds: FELL_S + 20 });
  const fellAtMs = frames[0]!.capturedAtMs + FELL_S * 1_000;
  const machine = machineFor({ forMs });
  const claim = new Claim(machine.timing);
  const begun = frames.find((frame) => {
    const { number, capturedAtMs: atMs } = frame;
    const condition = machine.look(lookAt(frame));
    return claim.step(condition, { frame: number, atMs })?.phase === 'begin';
  });
  return begun && (begun.capturedAtMs - fellAtMs) / 1_000;
}

it.each([
  [1_000, 12, 1],
  [2_000, 12, 3],
  [3_000, 12, 5],
  [5_000, 12, 9],
  [10_000, 16, 14],
])('with `for` of %i ms who lies for %i s is claimed after some %i s', (forMs, liesS, afterS) => {
  const claimed = claimedAfterS(forMs, liesS);
  expect(claimed).toBeGreaterThanOrEqual(afterS);
  expect(claimed).toBeLessThan(afterS + 1);
});

it('who gets up at the end of `for` is not claimed, where claims are not wanted at once', () => {
  expect(claimedAfterS(5_000, 6.5)).toBeUndefined();
  expect(claimedAfterS(5_000, 8.3)).toBeUndefined();
  expect(claimedAfterS(1_000, 2.5)).toBeLessThan(2);
});

it('is one claim while others stand before who lies, up to ten seconds', () => {
  const { timing } = machineFor({ forMs: 5_000 });
  const phases = (hiddenS: number) => {
    const claim = new Claim(timing);
    const holds = (second: number) => second < 10 || second >= 10 + hiddenS;
    const seconds = Array.from({ length: 40 }, (_, second) => second);
    return seconds.flatMap((second) => {
      const condition = { ...HOLDS_NOT, holds: holds(second) };
      return claim.step(condition, { frame: second, atMs: 1_000 * second })?.phase ?? [];
    });
  };
  expect(phases(9).filter((phase) => phase !== 'update')).toEqual(['begin']);
  expect(phases(12).filter((phase) => phase !== 'update')).toEqual(['begin', 'end', 'begin']);
});
