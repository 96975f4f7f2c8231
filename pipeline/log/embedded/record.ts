/**
 * A record as the embedded log stores it; topic, partition and offset are in its key.
 *
 *   f64 append time | u16 key bytes + 1, 0: no key | u32 header bytes | key | headers as JSON | value
 */
import type { LogRecord, NewRecord, TopicPartition } from '../port.ts';

const HEAD_BYTES = 14;
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

export function encodeRecord(record: NewRecord, timestampMs: number): Buffer {
  const key = Buffer.from(record.key ?? '');
  if (key.length > 0xfffe) throw new RangeError(`a key of ${key.length} bytes, at most ${0xfffe}`);
  const headers = hasAny(record.headers) ? Buffer.from(JSON.stringify(record.headers)) : undefined;
  const headerBytes = headers?.length ?? 0;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + key.length + headerBytes + record.value.length);
  bytes.writeDoubleLE(timestampMs, 0);
  bytes.writeUInt16LE(record.key === undefined ? 0 : key.length + 1, 8);
  bytes.writeUInt32LE(headerBytes, 10);
  bytes.set(key, HEAD_BYTES);
  if (headers !== undefined) bytes.set(headers, HEAD_BYTES + key.length);
  bytes.set(record.value, HEAD_BYTES + key.length + headerBytes);
  return bytes;
}

/** The value is a view of `bytes`. */
export function decodeRecord(bytes: Buffer, at: TopicPartition, offset: number): LogRecord {
  const keyField = bytes.readUInt16LE(8);
  const headersAt = HEAD_BYTES + Math.max(0, keyField - 1);
  const valueAt = headersAt + bytes.readUInt32LE(10);
  return {
    topic: at.topic,
    partition: at.partition,
    offset,
    ...(keyField === 0 ? {} : { key: bytes.toString('utf8', HEAD_BYTES, headersAt) }),
    value: bytes.subarray(valueAt),
    headers: valueAt === headersAt ? NO_HEADERS : JSON.parse(bytes.toString('utf8', headersAt, valueAt)),
    timestampMs: timestampOf(bytes),
  };
}

export function timestampOf(bytes: Buffer): number {
  return bytes.readDoubleLE(0);
}

function hasAny(headers: NewRecord['headers']): boolean {
  for (const _ in headers) return true;
  return false;
}
