/**
 * The last release and this one: `proto/released.binpb` is the schema of the last release as buf builds it
 * (`npm run release:proto` keeps it when one is made). What one writes the other reads.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { describe, expect, test } from 'vitest';
import {
  decodeEvent,
  decodeObservation,
  encodeEvent,
  encodeObservation,
  protoDirectory,
} from '../../proto/messages.ts';
import { event, observation, samples } from './samples.ts';

const RELEASED = 'proto/released.binpb';
const run = promisify(execFile);

const released = fromImage(readFileSync(RELEASED));
const fields = (type: string) => Object.keys(released.lookupType(type).fields);

/** What the last release writes when it is given the value: the fields that it knows. */
function writtenThen(type: string, bytes: Uint8Array): Uint8Array {
  const then = released.lookupType(type);
  return then.encode(then.fromObject(then.toObject(then.decode(bytes), { longs: Number }))).finish();
}

/** Without what came since; the names of these in the model are those on the wire. */
function knownTo<T extends object>(type: string, value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => fields(type).includes(key))) as T;
}

describe('the last release', () => {
  test('buf finds nothing in this schema that breaks it', { timeout: 60_000 }, async () => {
    const buf = resolve('node_modules/.bin/buf');
    const found = await run(buf, ['breaking', protoDirectory(), '--against', RELEASED]);
    expect(found.stdout).toBe('');
  });

  test('its schema has what this test is about, and not what came since', () => {
    expect(fields('Event')).toEqual(expect.arrayContaining(['id', 'changeId', 'candidate', 'verdict']));
    expect(fields('Frame').length).toBeGreaterThan(10);
  });

  test('an event that it wrote is read whole', () => {
    const written = writtenThen('Event', encodeEvent(event));
    const candidate = knownTo('Candidate', event.candidate);
    expect(decodeEvent(written)).toEqual({ ...knownTo('Event', event), candidate });
  });

  test('an event of this release is read by it, whatever is new', () => {
    const type = released.lookupType('Event');
    const read = type.toObject(type.decode(encodeEvent(event)), { longs: Number, enums: String });
    expect(read).toMatchObject({
      id: event.id,
      changeId: event.changeId,
      change: 'EVENT_CHANGE_VERIFIED',
      candidate: { site: 'gare-exemple', rule: 'no-tracks', findings: [{ name: 'dwell', value: 3.1 }] },
      verdict: { by: { name: 'A. Martin', role: 'ROLE_AGENT' }, confirm: {} },
    });
  });

  test('an observation that it wrote is read: what it did not measure is absent', () => {
    const read = decodeObservation(writtenThen('Observation', encodeObservation(observation)));
    expect(read).toMatchObject({ site: observation.site, zones: observation.zones });
    if (!fields('Observation').includes('frames')) expect(read).not.toHaveProperty('frames');
  });

  test.each(
    samples
      .filter(({ message }) => released.lookup(message) !== null)
      .map((sample, index) => [`${index} ${sample.message}`, sample] as const),
  )('%s of this release is a message to it', (_, { message, encode }) => {
    expect(() => released.lookupType(message).decode(encode())).not.toThrow();
  });
});

test('a newer release: what it adds to an event outlives this one, at every depth that is written again', () => {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(protoDirectory(), target);
  root.loadSync('vigie/v1/event.proto');
  const newer = root.lookup('vigie.v1') as protobuf.Namespace;
  const added = ['Event', 'Candidate', 'Finding', 'Verdict'];
  for (const type of added) newer.lookupType(type).add(new protobuf.Field('newer', 300, 'string'));
  const type = newer.lookupType('Event');
  const value = type.decode(encodeEvent(event)) as unknown as Record<string, Newer> & Newer;
  const places = [
    value,
    value.candidate!,
    value.verdict!,
    (value.candidate as unknown as Found).findings[0]!,
  ];
  for (const place of places) place.newer = 'kept';
  const again = type.decode(
    encodeEvent(decodeEvent(type.encode(value as object as protobuf.Message).finish())),
  );
  expect(JSON.stringify(again.toJSON()).match(/"newer":"kept"/g)).toHaveLength(places.length);
});

interface Newer {
  newer?: string;
}

interface Found {
  readonly findings: Newer[];
}

/** A buf image is a FileDescriptorSet with more in it. The package's own types do not know what it adds. */
function fromImage(image: Uint8Array): protobuf.Namespace {
  const { FileDescriptorSet } = descriptor as unknown as { readonly FileDescriptorSet: protobuf.Type };
  const { fromDescriptor } = protobuf.Root as unknown as { fromDescriptor(set: unknown): protobuf.Root };
  return fromDescriptor(FileDescriptorSet.decode(image)).lookup('vigie.v1') as protobuf.Namespace;
}
