/** Verified events of exactly 300 bytes, numbered so that a receiver can tell what is missing without decoding them. */
import { type Candidate, candidateId, type VerifiedEvent } from '../../pipeline/model.ts';
import { encodeEvent } from '../../proto/messages.ts';

export const EVENT_BYTES = 300;
export const PARTITIONS = 8;
export const TOPIC = 'rail.events';
export const PATH = '/vigie.v1.EventService/Subscribe';
/** Event n is of camera n % CAMERAS, and a camera lives in the partition of its number. */
export const CAMERAS = PARTITIONS;

const BEGAN_MS = 1_790_000_000_000;
/** Eight digits for all of them, so that they lie at the end of the id. */
const FIRST = 10_000_000;
const DIGITS = 8;

export function numberedEvent(n: number): Uint8Array {
  const short = encodeEvent(event(n, ''));
  return encodeEvent(event(n, 'x'.repeat(EVENT_BYTES - short.length)));
}

/** The same clock in every process of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function event(n: number, explanation: string): VerifiedEvent {
  const where = { site: 'gare', camera: `quai-${n % CAMERAS}`, epoch: BEGAN_MS };
  const id = candidateId(where, 'dense', FIRST + n);
  const candidate: Candidate = {
    ...where,
    id,
    siteKind: 'station',
    type: 'density',
    rule: 'dense',
    ruleVersion: 1,
    severity: 'high',
    place: 'p',
    phase: 'begin',
    revision: 0,
    beganFrame: FIRST + n,
    beganAtMs: BEGAN_MS,
    frame: FIRST + n,
    atMs: BEGAN_MS,
    region: { x0: 0.2, y0: 0.4, x1: 0.4, y1: 0.8 },
    score: 0.5,
    explanation,
    findings: [],
    build: 'b',
  };
  const { site, camera } = where;
  const by = { name: 'A', role: 'agent' } as const;
  const verdict = {
    id: 'v',
    candidate: id,
    site,
    camera,
    by,
    atMs: BEGAN_MS,
    act: { kind: 'confirm' },
  } as const;
  return { id, changeId: 'c', change: 'verified', candidate, verdict };
}

/**
 * The number of the event in a SubscribeResponse (bytes `start` to `end`); undefined when it is no event. By the layout of
 * pipeline/serve/envelope.ts: token, then the event, whose first field is its id.
 */
export function numberIn(bytes: Buffer, start: number, end: number): number | undefined {
  let at = start;
  if (bytes[at] === 0x0a) at += 2 + bytes[at + 1]!;
  if (at >= end || bytes[at] !== 0x12) return undefined;
  at++;
  while (bytes[at++]! >= 0x80);
  const idEnd = at + 2 + bytes[at + 1]!;
  let number = 0;
  for (at = idEnd - DIGITS; at < idEnd; at++) number = 10 * number + bytes[at]! - 0x30;
  return number - FIRST;
}
