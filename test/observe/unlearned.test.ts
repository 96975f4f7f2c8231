import { describe, expect, test } from 'vitest';
import type { ViewState } from '../../pipeline/model.ts';
import { Unlearned } from '../../pipeline/observe/unlearned.ts';

/** When it is said first that the background is of no use, seconds; pictures five times a second. */
function saidAt(
  share: (s: number) => number,
  view: (s: number) => ViewState = () => 'ok',
): number | undefined {
  const unlearned = new Unlearned();
  for (let n = 0; n < 100; n++)
    if (unlearned.judge({ view: view(n / 5), foregroundShare: share(n / 5) }, n * 200)) return n / 5;
  return undefined;
}

describe('a background of no use', () => {
  test.each<[string, (s: number) => number, number | undefined]>([
    ['nothing of the view is as it was learned', (s) => (s < 5 ? 0.1 : 0.97), 9],
    ['a tenth of it is', (s) => (s < 5 ? 0.1 : 0.89), undefined],
    ['a train fills it for three seconds', (s) => (s < 5 || s >= 8 ? 0.1 : 0.97), undefined],
    ['it is free for a moment', (s) => (s < 5 || s === 8 ? 0.1 : 0.97), 12.2],
  ])('%s', (_, share, expected) => {
    expect(saidAt(share)).toBe(expected);
  });

  test.each<ViewState>(['covered', 'dark', 'bright', 'frozen'])(
    'less is enough of a view that was %s',
    (blind) => {
      const view = (s: number): ViewState => (s < 5 ? blind : 'ok');
      // The last blind picture is that of 4.8 s.
      expect(saidAt(() => 0.45, view)).toBe(9);
      expect(saidAt(() => 0.35, view)).toBeUndefined();
      // A train that comes later is none of that.
      expect(saidAt((s) => (s < 7 ? 0.1 : 0.45), view)).toBeUndefined();
      expect(saidAt((s) => (s < 6 || s >= 9 ? 0.1 : 0.45), view)).toBeUndefined();
    },
  );

  test('nothing is said of it while the view is blind', () => {
    expect(
      saidAt(
        () => 1,
        (s) => (s < 2 ? 'ok' : 'covered'),
      ),
    ).toBeUndefined();
  });
});
