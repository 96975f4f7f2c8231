/**
 * Resume tokens: where a subscriber stands on the log of events.
 *
 * Opaque to subscribers, good at every server that reads the same log. Layout:
 *
 *   u8 version = 2
 *   varint length, topic (UTF-8)
 *   varint count of partitions
 *   varint next offset, count times (partition 0 first)
 *   varint partition + 1 of the witness, 0: none; its append time as varint, when there is one
 *   u32 big-endian CRC-32 of everything before
 *
 * Version 1 had no witness and is still read. The witness is the record that was passed last in one partition: by its
 * append time, a log that was made anew under the same name is told from the one that the token is for.
 *
 * The checksum tells a garbled token from a good one; it is no signature. A forged token can name any position,
 * and a position is no secret: what may be read there is for the filter and the identity to say.
 */
import { crc32 } from 'node:zlib';
import { VARINT_BYTES_MAX, writeVarint } from '../varint.ts';

export interface ResumePoint {
  readonly topic: string;
  /** Next offset to read, by partition. */
  readonly offsets: readonly number[];
  /** Append time of the record just before the next offset of one partition, ms since the Unix epoch. */
  readonly witness?: Witness;
}

export interface Witness {
  readonly partition: number;
  readonly atMs: number;
}

export class TokenError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TokenError';
  }
}

const VERSION = 2;
const VERSION_WITHOUT_WITNESS = 1;
const CRC_BYTES = 4;
/** Far above any topic of ours; a forged count must not make us allocate. */
const PARTITIONS_MAX = 4_096;
const TOPIC_BYTES_MAX = 249; // Kafka's own limit

export function encodeToken(point: ResumePoint): Buffer {
  const topic = Buffer.from(point.topic, 'utf8');
  const out = Buffer.allocUnsafe(
    1 + VARINT_BYTES_MAX + topic.length + VARINT_BYTES_MAX * (3 + point.offsets.length) + CRC_BYTES,
  );
  let at = out.writeUInt8(VERSION, 0);
  at = writeVarint(out, at, topic.length);
  at += topic.copy(out, at);
  at = writeVarint(out, at, point.offsets.length);
  for (const offset of point.offsets) at = writeVarint(out, at, offset);
  at = writeVarint(out, at, point.witness === undefined ? 0 : point.witness.partition + 1);
  if (point.witness !== undefined) at = writeVarint(out, at, point.witness.atMs);
  at = out.writeUInt32BE(crc32(out.subarray(0, at)), at);
  return out.subarray(0, at);
}

/** Throws TokenError, in words for whoever presented it. */
export function decodeToken(token: Uint8Array): ResumePoint {
  const bytes = Buffer.from(token.buffer, token.byteOffset, token.byteLength);
  if (bytes.length < 3 + CRC_BYTES) {
    throw new TokenError(`a resume token has at least ${3 + CRC_BYTES} bytes, this one has ${bytes.length}`);
  }
  const version = bytes.readUInt8(0);
  if (version !== VERSION && version !== VERSION_WITHOUT_WITNESS) {
    throw new TokenError(`resume token of version ${version}, this server reads version ${VERSION}`);
  }
  const body = bytes.subarray(0, bytes.length - CRC_BYTES);
  if (crc32(body) !== bytes.readUInt32BE(body.length)) {
    throw new TokenError('the resume token is damaged: its checksum does not match');
  }
  const read = varintReader(body, 1);
  const topicLength = read.next('topic length', TOPIC_BYTES_MAX);
  const topic = read.take(topicLength).toString('utf8');
  const count = read.next('partition count', PARTITIONS_MAX);
  const offsets: number[] = [];
  for (let partition = 0; partition < count; partition++) {
    offsets.push(read.next(`offset of partition ${partition}`, Number.MAX_SAFE_INTEGER));
  }
  const witness = version === VERSION ? witnessIn(read, count) : undefined;
  if (read.left() !== 0) throw new TokenError(`the resume token has ${read.left()} bytes too many`);
  return { topic, offsets, ...(witness !== undefined && { witness }) };
}

function witnessIn(read: VarintReader, count: number): Witness | undefined {
  const partition = read.next('witness', count) - 1;
  if (partition < 0) return undefined;
  return { partition, atMs: read.next("witness's time", Number.MAX_SAFE_INTEGER) };
}

type VarintReader = ReturnType<typeof varintReader>;

function varintReader(bytes: Buffer, start: number) {
  let at = start;
  return {
    left: () => bytes.length - at,
    take(length: number): Buffer {
      if (at + length > bytes.length) throw new TokenError('the resume token ends too early');
      at += length;
      return bytes.subarray(at - length, at);
    },
    next(what: string, max: number): number {
      let value = 0;
      let scale = 1;
      for (let group = 0; group < VARINT_BYTES_MAX; group++) {
        const byte = bytes[at++];
        if (byte === undefined) throw new TokenError(`the resume token ends within its ${what}`);
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) {
          if (value > max) throw new TokenError(`the resume token's ${what} is ${value}, at most ${max}`);
          return value;
        }
        scale *= 0x80;
      }
      throw new TokenError(`the resume token's ${what} is too long`);
    },
  };
}
