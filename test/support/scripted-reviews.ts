/** Candidates and clips to say: everything about each follows from its number and the wish. */
import type { ClipPart } from '../../pipeline/console/api.ts';
import type { Review as ReviewOnPage } from '../../pipeline/console/web/queue/review.ts';
import {
  type Candidate,
  candidateId,
  EVENT_TYPES,
  type ReviewState,
  SEVERITIES,
  type Verdict,
} from '../../pipeline/model.ts';

export type Review = ReviewOnPage;

export interface ReviewWish extends Partial<Candidate> {
  readonly state?: ReviewState;
  /** How long it has waited, and in all may. */
  readonly waitedMs?: number;
  readonly waitMs?: number;
  readonly firstConfirmation?: Verdict;
}

const WAIT_MS = 15 * 60_000;
const EXPLANATIONS: Readonly<Record<string, string>> = {
  forbidden_zone: "1 person in 'voie-2' for 4.2 s, limit 2 s",
  density: "3.1 people/m2 in 'quai', limit 2.5 for 10 s",
  fire: 'something burns for 6 s over 1.2 % of the view, and grows',
};

export function reviewOf(number: number, wish: ReviewWish = {}): Review {
  const {
    state = { kind: 'waiting' },
    waitedMs = number * 10,
    waitMs = WAIT_MS,
    firstConfirmation,
    ...of
  } = wish;
  const sinceMs = Date.now() - waitedMs;
  const site = of.site ?? 'gare';
  const at = { site, camera: of.camera ?? `quai-${number % 7}`, epoch: 1_790_000_000_000 };
  const type = of.type ?? EVENT_TYPES[number % EVENT_TYPES.length]!;
  const candidate: Candidate = {
    id: candidateId(at, 'rule', number),
    ...at,
    siteKind: 'station',
    type,
    rule: 'rule',
    ruleVersion: 1,
    severity: SEVERITIES[number % SEVERITIES.length]!,
    place: 'voie-2',
    phase: 'update',
    revision: 1,
    beganFrame: number,
    beganAtMs: sinceMs,
    frame: number + 20,
    atMs: sinceMs + 4_200,
    region: { x0: 0.22, y0: 0.36, x1: 0.34, y1: 0.66 },
    score: 0.7,
    explanation: EXPLANATIONS[type] ?? `something like ${type.replaceAll('_', ' ')} for 4.2 s, limit 2 s`,
    findings: [
      { name: 'people', value: 1, limit: 0, unit: 'people' },
      { name: 'presence', value: 4.2, limit: 2, unit: 's' },
    ],
    build: 'test',
    ...of,
  };
  const lapsesAtMs = sinceMs + waitMs;
  return { candidate, state, sinceMs, lapsesAtMs, ...(firstConfirmation && { firstConfirmation }) };
}

/** u32 length of JSON, JSON, u32 length of picture, picture (little endian). */
export function framed(part: ClipPart, picture: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(part));
  const bytes = new Uint8Array(8 + json.length + picture.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, json.length, true);
  bytes.set(json, 4);
  view.setUint32(4 + json.length, picture.length, true);
  bytes.set(picture, 8 + json.length);
  return bytes;
}

/** A grey platform with somebody dark who walks to the right, as planes. */
export function plainClip(pictures = 10): { info: object; parts: readonly Uint8Array[] } {
  const [width, height] = [160, 90];
  const parts = Array.from({ length: pictures }, (_, number) => {
    const planes = new Uint8Array(width * height + 2 * 80 * 45).fill(128);
    for (let at = 0; at < width * height; at++) {
      const [x, y] = [at % width, Math.floor(at / width)];
      planes[at] = y < 34 ? 150 + (x >> 3) : 90 + y;
      const left = (0.1 + number * 0.03) * width;
      if (x >= left && x < left + 8 && y >= 34 && y < 56) planes[at] = 40;
    }
    return planes;
  });
  return { info: {}, parts };
}
