import { describe, expect, it } from 'vitest';
import { Attempts, hostOfPeer } from '../../pipeline/identity/attempts.ts';

describe('attempts', () => {
  it('are counted against one peer, refill with time, and tell how many went unreported', () => {
    const attempts = new Attempts({ burst: 3, perMinute: 6 });
    expect([1, 2, 3, 4, 5].map(() => attempts.failed('a', 0))).toEqual([0, 0, 0, undefined, undefined]);
    expect([attempts.blocked('a', 0), attempts.blocked('b', 0)]).toEqual([true, false]);
    expect(attempts.blocked('a', 9_999)).toBe(true);
    expect(attempts.blocked('a', 10_000)).toBe(false);
    expect(attempts.failed('a', 10_000)).toBe(2);
    expect(attempts.failed('a', 10_000)).toBeUndefined();
    // An hour fills the bucket, and no more than the bucket.
    expect([1, 2, 3, 4].map(() => attempts.failed('a', 3_600_000))).toEqual([1, 0, 0, undefined]);
  });
  it('take no harm from a clock that was set back', () => {
    const attempts = new Attempts({ burst: 1, perMinute: 1 });
    attempts.failed('a', 1_000_000);
    expect(attempts.blocked('a', 0)).toBe(true);
  });
  it('remember at most 10,000 peers', () => {
    const attempts = new Attempts({ burst: 1, perMinute: 1 });
    for (let n = 0; n < 10_500; n++) attempts.failed(`peer ${n}`, 0);
    expect(attempts.peers).toBe(10_000);
    expect(attempts.blocked('peer 10499', 0)).toBe(true);
  });
  it.each([
    ['127.0.0.1:50051', '127.0.0.1'],
    ['[2001:db8:1:2:3::4]:50051', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff::4', '2001:db8:1:2'],
    ['2001:db8::5', '2001:db8:0:0'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2'],
    ['[::1]:50051', '0:0:0:0'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['[fe80::1%eth0]:9', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
  ])('%s is %s', (peer, host) => {
    expect(hostOfPeer(peer)).toBe(host);
  });
});
