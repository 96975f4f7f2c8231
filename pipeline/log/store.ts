/**
 * What the memory and the embedded log have to supply; reading (reader.ts) and group membership (member.ts) are
 * written once on top. Reads are synchronous: both keep their data in this process's address space.
 */
import type { GroupState } from './group.ts';
import type { Log, LogRecord, Position, TopicPartition } from './port.ts';
import type { Wakeups } from './wakeups.ts';

export interface Bounds {
  /** Oldest offset still held. */
  readonly first: number;
  /** Offset that the next record will get. */
  readonly end: number;
}

export interface Store {
  readonly wakeups: Wakeups;
  /** How long a waiting reader may sleep before it looks again; Infinity where every append wakes it. */
  readonly pollMsMax: number;
  partitionCount(topic: string): number | undefined;
  /** Throws UnknownTopicError; a partition number out of range is a RangeError. */
  bounds(at: TopicPartition): Bounds;
  /** Records from `offset` on, which lies within the bounds: at most `max`, and no more once bytesMax is reached. */
  scan(at: TopicPartition, offset: number, max: number, bytesMax: number): LogRecord[];

  /** Rises whenever the group's membership or ownership changes. */
  groupVersion(group: string): number;
  /** Applies `change` atomically, other processes included. */
  changeGroup<T>(group: string, change: (state: GroupState) => T): Promise<T>;
  /** Writes positions if `fence` lets this member, atomically. */
  commit(group: string, member: string, positions: readonly Position[]): Promise<void>;
  committed(group: string, at: TopicPartition): number | undefined;

  now(): number;
  /** A member not heard of for so long loses its partitions. Infinity: never. */
  readonly leaseMs: number;
  /** Renew leases from a timer, so that long work between two reads does not cost them. */
  readonly heartbeats: boolean;
  /** Ids for group members, for runs that must repeat; absent: chance. */
  readonly memberId?: () => string;
}

/** A log whose age limit is applied by its owner: nothing in it runs on a timer. */
export interface SweptLog extends Log {
  /** Removes what is older than its topic keeps; returns how many records went. */
  sweep(): Promise<number>;
  /** Removes every record of a partition before `offset`; returns how many went. */
  dropBefore(at: TopicPartition, offset: number): Promise<number>;
}

/**
 * Larger values are refused everywhere, because a Kafka broker refuses them: message.max.bytes is 1,048,588 by
 * default, of which a batch head (61 bytes), the key and the headers take their part.
 */
export const VALUE_BYTES_MAX = 1_000_000;

/** One read gives no more than about this many bytes of values, however many records were asked for. */
export const READ_BYTES_MAX = 8 * 1024 * 1024;
