import { existsSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { CLIP_KINDS } from '../../pipeline/clip.ts';
import {
  EVENT_CHANGES,
  EVENT_TYPES,
  OBJECT_CLASSES,
  REJECT_REASONS,
  ROLES,
  SEVERITIES,
  SITE_KINDS,
  VIEW_STATES,
} from '../../pipeline/model.ts';
import {
  decodeCandidate,
  decodeEvent,
  decodeFrameBatch,
  decodeObservation,
  decodeRejected,
  decodeSubscribeRequest,
  decodeVerdict,
  encodeCandidate,
  encodeEvent,
  encodeFrameBatch,
  encodeObservation,
  encodeSubscribeRequest,
  encodeVerdict,
  protoDirectory,
} from '../../proto/messages.ts';
import { candidate, event, frame, observation, samples, verdict } from './samples.ts';

const FILES = [
  ...[
    'audit',
    'candidate',
    'checkpoint',
    'clip',
    'common',
    'event',
    'frame',
    'ingest',
    'observation',
    'operation',
    'review',
    'setup',
    'statistics',
  ],
  'verdict',
];

function schema(): protobuf.Namespace {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(protoDirectory(), target);
  root.loadSync(FILES.map((name) => `vigie/v1/${name}.proto`));
  return root.lookup('vigie.v1') as protobuf.Namespace;
}

const v1 = schema();
const types = v1.nestedArray.filter((nested) => nested instanceof protobuf.Type);
const enums = v1.nestedArray.filter((nested) => nested instanceof protobuf.Enum);

describe('round trip', () => {
  test.each(
    samples.map((sample) => [sample.message, JSON.stringify(sample.value).slice(0, 60), sample] as const),
  )('%s %s', (_message, _value, sample) => {
    expect(sample.decode(sample.encode())).toEqual(sample.value);
  });

  test('every field of every message is set by some sample, seen on the wire by an independent reader', () => {
    const set = new Set<string>();
    for (const sample of samples) {
      const type = v1.lookupType(sample.message);
      collect(type, type.decode(sample.encode()), set);
    }
    const all = types.flatMap((type) => type.fieldsArray.map((field) => `${type.name}.${field.name}`));
    // A message without fields (Release, Lapse) has nothing to set.
    expect(all.filter((field) => !set.has(field))).toEqual([]);
    expect(all.length).toBeGreaterThan(120);
  });

  test('every word of the model has a number, and every number of the schema a word', () => {
    const words: Readonly<Record<string, readonly string[]>> = {
      EventType: EVENT_TYPES,
      SiteKind: SITE_KINDS,
      Severity: SEVERITIES,
      ViewState: VIEW_STATES,
      ObjectClass: OBJECT_CLASSES,
      RejectReason: REJECT_REASONS,
      Role: ROLES,
      CandidatePhase: ['begin', 'update', 'end'],
      CrossingDirection: ['left_to_right', 'right_to_left'],
      ClipKind: CLIP_KINDS,
      EventChange: EVENT_CHANGES,
      SourceState: ['external', 'opening', 'live', 'ended', 'failed'],
      CandidateStatus: ['waiting', 'claimed', 'confirmed', 'rejected', 'lapsed'],
    };
    const found = Object.fromEntries(enums.map((of) => [of.name, wordsOf(of)]));
    expect(found).toEqual(words);
  });

  test('the schema is where gRPC reflection looks for it', () => {
    expect(existsSync(join(protoDirectory(), 'vigie/v1/event.proto'))).toBe(true);
  });
});

describe('unknown stays unknown', () => {
  test('optional fields that are absent come back absent, zero comes back zero', () => {
    const zone = { zone: 'z' };
    const zero = {
      zone: 'z',
      people: 0,
      moving: 0,
      density: 0,
      fluxX: 0,
      fluxY: 0,
      coherence: 0,
      divergence: 0,
    };
    const bare = { ...observation, zones: [zone, zero], crossings: [] };
    expect(decodeObservation(encodeObservation(bare))).toStrictEqual(bare);
  });

  test('a frame without cells, a candidate without place or limit, a request without severity', () => {
    const { cells: _, ...blind } = { ...frame, view: 'lost' as const, blobs: [], objects: [] };
    expect(decodeFrameBatch(encodeFrameBatch({ frames: [blind] })).frames[0]).toStrictEqual(blind);
    const { place: __, ...whole } = { ...candidate, findings: [{ name: 'n', value: 1, unit: '' }] };
    expect(decodeCandidate(encodeCandidate(whole))).toStrictEqual(whole);
    const request = {
      sites: [],
      cameras: [],
      types: [],
      places: [],
      resumeToken: new Uint8Array(0),
      fromStart: false,
      cameraStates: false,
    };
    expect(decodeSubscribeRequest(encodeSubscribeRequest(request))).toStrictEqual(request);
  });
});

describe('a newer release', () => {
  // Field 200, wire type 2, of a message that this release does not know.
  const field = Buffer.from([0xc2, 0x0c, 3, 1, 2, 3]);

  test('its fields of a candidate and a verdict pass through into an event', () => {
    const newer = decodeCandidate(Buffer.concat([encodeCandidate(candidate), field]));
    const confirm = decodeVerdict(Buffer.concat([encodeVerdict(verdict({ kind: 'confirm' })), field]));
    expect(newer).toEqual(candidate);
    const bytes = encodeEvent({ ...event, candidate: newer, verdict: confirm });
    const again = decodeEvent(bytes);
    expect(Buffer.from(encodeCandidate(again.candidate)).includes(field)).toBe(true);
    expect(Buffer.from(encodeVerdict(again.verdict)).includes(field)).toBe(true);
  });

  test.each([
    ['Candidate', 'type', () => decodeCandidate(with99('Candidate', encodeCandidate(candidate), 'type'))],
    [
      'Observation',
      'view',
      () => decodeObservation(with99('Observation', encodeObservation(observation), 'view')),
    ],
    ['Event', 'change', () => decodeEvent(with99('Event', encodeEvent(event), 'change'))],
  ])('a %s whose %s is a number without a word is refused', (_message, _field, decode) => {
    expect(decode).toThrow(expect.objectContaining({ code: 'unknown_enum' }));
  });
});

describe('refusals', () => {
  const broken = (type: string, bytes: Uint8Array, patch: Record<string, unknown>) => {
    const wire = v1.lookupType(type);
    return wire.encode({ ...wire.decode(bytes), ...patch } as protobuf.Message).finish();
  };
  const refused =
    (type: string, bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown) =>
    ([patch, code]: readonly [Record<string, unknown>, string]) => {
      expect(() => decode(broken(type, bytes, patch)), JSON.stringify(patch)).toThrow(
        expect.objectContaining({ code }),
      );
    };

  test('candidates', () => {
    const cases: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ id: '' }, 'missing_field'],
      [{ camera: '' }, 'missing_field'],
      [{ type: 0 }, 'missing_field'],
      [{ phase: 0 }, 'missing_field'],
      [{ region: null }, 'missing_field'],
      [{ severity: 9 }, 'unknown_enum'],
      [{ epoch: { low: 0, high: 0x200000, unsigned: true } }, 'bad_number'],
      [{ atMs: { low: -1, high: -1, unsigned: true } }, 'bad_number'],
      [{ score: Number.NaN }, 'bad_number'],
      [{ score: 1.01 }, 'bad_number'],
      [{ region: { x0: 0, y0: 0, x1: 65_536, y1: 1 } }, 'bad_number'],
      [{ region: { x0: 5, y0: 0, x1: 4, y1: 1 } }, 'bad_box'],
      [{ findings: [{ name: 'n', value: Number.POSITIVE_INFINITY, unit: '' }] }, 'bad_number'],
      [{ findings: Array.from({ length: 65 }, () => ({ name: 'n', value: 1 })) }, 'too_long'],
      [{ explanation: 'x'.repeat(4097) }, 'too_long'],
      [{ rule: 'x'.repeat(513) }, 'too_long'],
      [{ explanation: 'x'.repeat(300_000) }, 'too_large'],
    ];
    cases.forEach(refused('Candidate', encodeCandidate(candidate), decodeCandidate));
  });

  test('observations', () => {
    const cases: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ zones: [{ zone: 'z', people: -1 }] }, 'bad_number'],
      [{ zones: [{ zone: 'z', people: Number.NaN }] }, 'bad_number'],
      [{ zones: [{ zone: 'z', coherence: 1.5 }] }, 'bad_number'],
      [{ zones: [{ zone: 'z', directions: [1, 0] }] }, 'bad_number'],
      [{ zones: [{ zone: '' }] }, 'missing_field'],
      [{ crossings: [{ line: 'l' }] }, 'missing_field'],
    ];
    cases.forEach(refused('Observation', encodeObservation(observation), decodeObservation));
  });

  test('verdicts', () => {
    const bytes = encodeVerdict(verdict({ kind: 'reject', reason: 'false' }));
    const cases: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ by: null }, 'missing_field'],
      [{ by: { name: 'x', role: 0 } }, 'missing_field'],
      [{ by: { name: 'x', role: 77 } }, 'unknown_enum'],
      [{ reject: null }, 'missing_field'],
      [{ reject: { reason: 0 } }, 'missing_field'],
      [{ reject: { reason: 8 } }, 'unknown_enum'],
    ];
    cases.forEach(refused('Verdict', bytes, decodeVerdict));
    const nameless = broken('Verdict', bytes, { by: { name: '', role: 2 } });
    expect(decodeVerdict(nameless).by).toEqual({ name: '', role: 'agent' });
  });

  test('a rejected record names a hash', () => {
    const sample = samples.find(({ message }) => message === 'Rejected')!;
    expect(() => decodeRejected(broken('Rejected', sample.encode(), { sha256: 'nope' }))).toThrow();
  });

  test('encoding refuses what decoding would refuse, and clamps what may exceed by a rounding error', () => {
    expect(() => encodeCandidate({ ...candidate, revision: -1 })).toThrow(RangeError);
    expect(() => encodeCandidate({ ...candidate, score: Number.NaN })).toThrow(RangeError);
    expect(() => encodeCandidate({ ...candidate, atMs: -1 })).toThrow(RangeError);
    const region = { x0: -0.1, y0: 0, x1: 1.1, y1: 1 };
    const clamped = decodeCandidate(encodeCandidate({ ...candidate, region, score: 1.0000001 }));
    expect(clamped).toMatchObject({ region: { x0: 0, y0: 0, x1: 1, y1: 1 }, score: 1 });
  });
});

function collect(type: protobuf.Type, message: protobuf.Message, into: Set<string>): void {
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(message, field.name)) continue;
    const value = (message as unknown as Record<string, unknown>)[field.name];
    const items = Array.isArray(value) ? value : [value];
    if (items.length > 0) into.add(`${type.name}.${field.name}`);
    const inner = field.resolve().resolvedType;
    if (inner instanceof protobuf.Type) for (const item of items) collect(inner, item, into);
  }
}

function wordsOf(of: protobuf.Enum): string[] {
  const prefix = `${of.name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_`;
  return Object.keys(of.values)
    .map((name) => name.replace(prefix, '').toLowerCase())
    .filter((word) => word !== 'unspecified');
}

function with99(type: string, bytes: Uint8Array, field: string): Uint8Array {
  const wire = v1.lookupType(type);
  return wire.encode({ ...wire.decode(bytes), [field]: 99 } as unknown as protobuf.Message).finish();
}
