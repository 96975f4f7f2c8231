import { describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { camerasOf, type Share } from '../../pipeline/operate/share.ts';
import { walkedSite } from '../support/walker.ts';

const NAMES = Array.from({ length: 40 }, (_, i) => `camera-${i}`);
const site = walkedSite('gare', NAMES);

describe('a share of the cameras', () => {
  it.each([1, 2, 3, 7])('of %i is nobody else’s, and nothing is left over', (of) => {
    const shares = Array.from({ length: of }, (_, i) => camerasOf(site, { kind: 'part', part: i + 1, of }));
    const all = shares.flatMap((share) => [...share]);
    expect(all.sort()).toEqual([...NAMES].sort());
  });

  it('stays where it is when a camera is added', () => {
    const share: Share = { kind: 'part', part: 2, of: 3 };
    const more = walkedSite('gare', [...NAMES, 'new']);
    const before = [...camerasOf(site, share)];
    expect([...camerasOf(more, share)].filter((id) => id !== 'new')).toEqual(before);
  });

  it('can be named, and is refused with every name that is wrong', () => {
    expect([...camerasOf(site, { kind: 'named', cameras: ['camera-3'] })]).toEqual(['camera-3']);
    const wrong = () => camerasOf(site, { kind: 'named', cameras: ['camera-3', 'x', 'y'] });
    expect(wrong).toThrow(InputError);
    expect(wrong).toThrow(/'x' is not declared[\s\S]*'y' is not declared/);
  });

  it('is refused when no camera falls to it', () => {
    const empty = () =>
      Array.from({ length: 50 }, (_, i) => camerasOf(site, { kind: 'part', part: i + 1, of: 50 }));
    expect(empty).toThrow(/none of the 40 cameras/);
  });
});
