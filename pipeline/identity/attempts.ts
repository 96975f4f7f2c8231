/**
 * How often each peer has failed lately: a bucket of `burst` failures that refills by `perMinute`.
 *
 * Bounded: at most PEERS_MAX buckets of some 100 bytes; when they are full the one that was touched longest ago goes.
 * An IPv6 peer is its /64, which is what one subscriber is given.
 */
import { isIP } from 'node:net';

export interface AttemptLimits {
  readonly burst: number;
  readonly perMinute: number;
}

/** A mistyped set-up may be tried a few times; a guess every 5 s leads nowhere. */
const ATTEMPT_LIMITS: AttemptLimits = { burst: 20, perMinute: 12 };

const PEERS_MAX = 10_000;

export class Attempts {
  readonly #limits: AttemptLimits;
  readonly #buckets = new Map<string, { left: number; atMs: number; silent: number }>();

  constructor(limits: AttemptLimits = ATTEMPT_LIMITS) {
    this.#limits = limits;
  }

  get peers(): number {
    return this.#buckets.size;
  }

  /** Whether this peer has failed so often that it is not even listened to. */
  blocked(peer: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(peer);
    return bucket !== undefined && this.#left(bucket, nowMs) < 1;
  }

  /**
   * Counts one failure. Answers how many before it went unreported when this one should be reported; undefined when
   * it should not, because the bucket is empty.
   */
  failed(peer: string, nowMs: number): number | undefined {
    const bucket = this.#buckets.get(peer) ?? { left: this.#limits.burst, atMs: nowMs, silent: 0 };
    this.#buckets.delete(peer);
    if (this.#buckets.size >= PEERS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(peer, bucket);
    bucket.left = this.#left(bucket, nowMs);
    bucket.atMs = nowMs;
    if (bucket.left < 1) {
      bucket.silent++;
      return undefined;
    }
    bucket.left -= 1;
    const { silent } = bucket;
    bucket.silent = 0;
    return silent;
  }

  #left(bucket: { left: number; atMs: number }, nowMs: number): number {
    // A clock that was set back must not refill, nor empty, anything.
    const minutes = Math.max(0, nowMs - bucket.atMs) / 60_000;
    return Math.min(this.#limits.burst, bucket.left + minutes * this.#limits.perMinute);
  }
}

/** `10.0.0.7:51234` is 10.0.0.7, `[2001:db8:1:2:3::4]:51234` is 2001:db8:1:2; what is neither stays as it is. */
export function hostOfPeer(peer: string): string {
  const bare = isIP(peer) > 0 ? peer : peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  return isIP(bare) === 6 ? subnetOf(bare) : bare;
}

/** The first four groups of an IPv6 address. */
function subnetOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
