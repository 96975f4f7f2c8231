/** The records that review reads and writes. */
import { DecodeError, decodeCandidate, decodeVerdict } from '../../../proto/messages.ts';
import { fault, InputError } from '../../errors.ts';
import type { LogRecord, NewRecord } from '../../log/port.ts';
import { cameraKey } from '../../model.ts';
import type { ReviewInput } from '../../review/review.ts';
import { TOPICS } from '../../topics.ts';

/** What review folds: both go by camera, so a candidate and its verdicts share a partition number. */
export const REVIEWED = [TOPICS.candidates, TOPICS.verdicts] as const;

/** Undefined: of a site that other processes review. Throws InputError when it cannot be read. */
export function inputOf(record: LogRecord, site: string): ReviewInput | undefined {
  const { topic, partition, value, timestampMs: atMs } = record;
  try {
    if (topic === TOPICS.candidates) {
      const candidate = decodeCandidate(value);
      return candidate.site === site ? { kind: 'candidate', candidate, atMs, partition } : undefined;
    }
    const verdict = decodeVerdict(value);
    return verdict.site === site ? { kind: 'verdict', verdict, atMs, partition } : undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new InputError([fault(error.code, topic, error.detail)]);
  }
}

export function recordOf(
  topic: string,
  partition: number,
  { site, camera }: { readonly site: string; readonly camera: string },
  value: Uint8Array,
): NewRecord {
  return { topic, partition, key: cameraKey(site, camera), value };
}
