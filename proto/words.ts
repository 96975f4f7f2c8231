/**
 * Enumerations: the words of the model on one side, numbers on the wire on the other. 0 is UNSPECIFIED and never a
 * value; a number that this release does not know is refused by name, because guessing a meaning is worse.
 */
import type { ClipKind } from '../pipeline/clip.ts';
import type {
  CandidatePhase,
  EventChange,
  EventType,
  LineCrossing,
  ObjectClass,
  RejectReason,
  ReviewStatus,
  Role,
  Severity,
  SiteKind,
  ViewState,
} from '../pipeline/model.ts';
import { refuse } from './check.ts';
import { v1 } from './wire.ts';

/** `external`: frames arrive by the log or over the network, or another process watches the camera. */
export type SourceWord = 'external' | 'opening' | 'live' | 'ended' | 'failed';

export interface Words<Word extends string> {
  out(word: Word): number;
  in(number: number | null | undefined, field: string): Word;
  /** Every word with a number, for tests. */
  readonly all: readonly Word[];
}

export const eventTypes = words<EventType, 'EVENT_TYPE_'>('EVENT_TYPE_', v1.EventType);
export const siteKinds = words<SiteKind, 'SITE_KIND_'>('SITE_KIND_', v1.SiteKind);
export const severities = words<Severity, 'SEVERITY_'>('SEVERITY_', v1.Severity);
export const viewStates = words<ViewState, 'VIEW_STATE_'>('VIEW_STATE_', v1.ViewState);
export const objectClasses = words<ObjectClass, 'OBJECT_CLASS_'>('OBJECT_CLASS_', v1.ObjectClass);
export const crossingDirections = words<LineCrossing['direction'], 'CROSSING_DIRECTION_'>(
  'CROSSING_DIRECTION_',
  v1.CrossingDirection,
);
export const candidatePhases = words<CandidatePhase, 'CANDIDATE_PHASE_'>(
  'CANDIDATE_PHASE_',
  v1.CandidatePhase,
);
export const roles = words<Role, 'ROLE_'>('ROLE_', v1.Role);
export const rejectReasons = words<RejectReason, 'REJECT_REASON_'>('REJECT_REASON_', v1.RejectReason);
export const eventChanges = words<EventChange, 'EVENT_CHANGE_'>('EVENT_CHANGE_', v1.EventChange);
export const reviewStatuses = words<ReviewStatus, 'CANDIDATE_STATUS_'>(
  'CANDIDATE_STATUS_',
  v1.CandidateStatus,
);

export const clipKinds = words<ClipKind, 'CLIP_KIND_'>('CLIP_KIND_', v1.ClipKind);

export const sourceStates = words<SourceWord, 'SOURCE_STATE_'>('SOURCE_STATE_', v1.SourceState);

/** The compiler checks that every word of the model is in the schema; test/proto checks the other way round. */
function words<Word extends string, Prefix extends string>(
  prefix: Prefix,
  wire: Readonly<Record<`${Prefix}${Uppercase<Word>}` | `${Prefix}UNSPECIFIED`, number>>,
): Words<Word> {
  const numbers = new Map<string, number>();
  const byNumber: (Word | undefined)[] = [];
  for (const [name, number] of Object.entries<number>(wire)) {
    if (number === 0) continue;
    const word = name.slice(prefix.length).toLowerCase() as Word;
    numbers.set(word, number);
    byNumber[number] = word;
  }
  return {
    all: [...numbers.keys()] as Word[],
    out(word) {
      const number = numbers.get(word);
      if (number === undefined) throw new RangeError(`'${word}' has no number under ${prefix}`);
      return number;
    },
    in(number, field) {
      if (!number) refuse('missing_field', `${field} is unspecified`);
      return (
        byNumber[number] ?? refuse('unknown_enum', `${field} is ${number}, which this release does not know`)
      );
    },
  };
}
