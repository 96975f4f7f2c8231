/** No picture on the log: from no record of any topic does the schema lead to a picture. */
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { expect, it } from 'vitest';
import { TOPICS } from '../../pipeline/topics.ts';
import { protoDirectory } from '../../proto/messages.ts';

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(protoDirectory(), target);
root.loadSync(
  ['audit', 'candidate', 'checkpoint', 'clip', 'event', 'frame', 'observation', 'setup', 'verdict'].map(
    (name) => `vigie/v1/${name}.proto`,
  ),
);
const v1 = root.lookup('vigie.v1') as protobuf.Namespace;

/** What the records of each topic are; a topic without a line here fails the first test. */
const RECORDS: Readonly<Record<keyof typeof TOPICS, readonly string[]>> = {
  frames: ['FrameBatch'],
  observations: ['Observation'],
  candidates: ['Candidate'],
  verdicts: ['Verdict'],
  events: ['Event'],
  rules: ['CameraSetup'],
  control: [],
  audit: ['AuditEntry'],
  rejected: ['Rejected'],
  checkpoints: ['Checkpoint', 'CheckpointSeal'],
};

function reachable(from: string, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen;
  seen.add(from);
  for (const field of v1.lookupType(from).fieldsArray) {
    field.resolve();
    if (field.resolvedType instanceof protobuf.Type) reachable(field.resolvedType.name, seen);
  }
  return seen;
}

it('every topic has its records named', () => {
  expect(Object.keys(RECORDS).sort()).toEqual(Object.keys(TOPICS).sort());
});

it.each(Object.entries(RECORDS).flatMap(([topic, records]) => records.map((record) => [topic, record])))(
  'rail.%s: %s leads to no picture',
  (_, record) => {
    const found = reachable(record!);
    expect([...found].filter((name) => /^(Clip|GetClip|GetPicture|Deliver)/.test(name))).toEqual([]);
  },
);

it('sees one where there is one', () => {
  expect(reachable('DeliverRequest')).toContain('ClipPicture');
  expect(reachable('FrameBatch')).toContain('Frame');
});
