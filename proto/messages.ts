/**
 * The one typed owner of the wire: `encodeX(value)` and `decodeX(bytes)` for every message of proto/vigie/v1.
 *
 * In memory: the model's types, positions 0..1, words for enumerations, `undefined` for unknown. On the wire: u16
 * positions, numbered enumerations, absent fields. Decoding throws DecodeError and nothing else, whatever the
 * bytes; bytes fields are views of the input. Encoding throws RangeError on values that no record may hold.
 */
import { fileURLToPath } from 'node:url';

export { decodeAuditEntry, encodeAuditEntry } from './audit.ts';
export {
  type CameraState,
  type DecideRequest,
  type DecideResponse,
  decodeDecideRequest,
  decodeDecideResponse,
  decodeListCandidatesRequest,
  decodeListCandidatesResponse,
  decodeSubscribeRequest,
  decodeSubscribeResponse,
  decodeWatchCandidatesRequest,
  decodeWatchCandidatesResponse,
  encodeDecideRequest,
  encodeDecideResponse,
  encodeListCandidatesRequest,
  encodeListCandidatesResponse,
  encodeSubscribeRequest,
  encodeSubscribeResponse,
  encodeWatchCandidatesRequest,
  encodeWatchCandidatesResponse,
  type ListCandidatesRequest,
  type ListCandidatesResponse,
  type SubscribeRequest,
  type SubscribeResponse,
  type WatchCandidatesRequest,
  type WatchCandidatesResponse,
} from './calls.ts';
export { decodeCandidate, encodeCandidate } from './candidate.ts';
export { type DecodeCode, DecodeError } from './check.ts';
export {
  type CameraCheckpoint,
  type Checkpoint,
  type CheckpointSeal,
  decodeCheckpoint,
  encodeCheckpoint,
} from './checkpoint.ts';
export {
  CLIP_DATA_BYTES_MAX,
  type ClipAnswer,
  type ClipOffer,
  type ClipQuestion,
  type DeliverRequest,
  decodeClipPart,
  decodeDeliverRequest,
  decodeDeliverResponse,
  decodeGetClipRequest,
  decodeGetPictureRequest,
  decodeGetPictureResponse,
  encodeClipPart,
  encodeDeliverRequest,
  encodeDeliverResponse,
  encodeGetClipRequest,
  encodeGetPictureRequest,
  encodeGetPictureResponse,
  type GetClipRequest,
  type GetPictureRequest,
  type GetPictureResponse,
} from './clip.ts';
export { decodeEvent, decodeRejected, encodeEvent, encodeRejected } from './event.ts';
export {
  decodeGetRequest,
  decodeGetResponse,
  decodeListRequest,
  decodeListResponse,
  encodeGetRequest,
  encodeGetResponse,
  encodeListRequest,
  encodeListResponse,
  type GetRequest,
  type GetResponse,
  type ListRequest,
  type ListResponse,
  type StoredEventState,
} from './event-calls.ts';
export {
  decodeFrameBatch,
  decodeFrameBatchLenient,
  decodeFramesOf,
  encodeFrameBatch,
  type FrameFault,
  type LenientBatch,
} from './frame.ts';
export {
  decodePushRequestLenient,
  decodePushResponse,
  encodePushRequest,
  encodePushResponse,
  type FrameRejection,
  PUSH_FRAMES_MAX,
  type Pushed,
  type PushRequest,
  type PushResponse,
} from './ingest.ts';
export {
  decodeGetHistoryRequest,
  decodeGetHistoryResponse,
  decodeObservation,
  decodeWatchRequest,
  decodeWatchResponse,
  encodeGetHistoryRequest,
  encodeGetHistoryResponse,
  encodeObservation,
  encodeWatchRequest,
  encodeWatchResponse,
  type GetHistoryRequest,
  type GetHistoryResponse,
  type HistoryPoint,
  type WatchRequest,
  type WatchResponse,
} from './observation.ts';
export {
  type CameraStatus,
  decodeStatusRequest,
  decodeStatusResponse,
  encodeStatusRequest,
  encodeStatusResponse,
  type StatusResponse,
} from './operation.ts';
export {
  decodeCameraSetup,
  decodeGetSetupsRequest,
  decodeGetSetupsResponse,
  decodeListSetupsRequest,
  decodeListSetupsResponse,
  decodePreviewSetupRequest,
  decodePreviewSetupResponse,
  decodeSaveSetupRequest,
  decodeSaveSetupResponse,
  encodeCameraSetup,
  encodeGetSetupsRequest,
  encodeGetSetupsResponse,
  encodeListSetupsRequest,
  encodeListSetupsResponse,
  encodePreviewSetupRequest,
  encodePreviewSetupResponse,
  encodeSaveSetupRequest,
  encodeSaveSetupResponse,
  type GetSetupsRequest,
  type GetSetupsResponse,
  type ListSetupsRequest,
  type ListSetupsResponse,
  type PreviewSetupRequest,
  type PreviewSetupResponse,
  type SaveSetupRequest,
  type SaveSetupResponse,
  SETUP_TEXT_MAX,
  type SetupFault,
} from './setup.ts';
export {
  decodeGetStatisticsRequest,
  decodeGetStatisticsResponse,
  encodeGetStatisticsRequest,
  encodeGetStatisticsResponse,
  type GetStatisticsRequest,
  type GetStatisticsResponse,
  STATISTICS_ROWS_MAX,
} from './statistics.ts';
export { decodeVerdict, encodeVerdict, type VerdictDraft } from './verdict.ts';
export {
  decodeWhoAmIRequest,
  decodeWhoAmIResponse,
  encodeWhoAmIRequest,
  encodeWhoAmIResponse,
  type ServedSite,
  type WhoAmIResponse,
} from './who.ts';
export { MESSAGE_BYTES_MAX, RECORD_BYTES_MAX } from './wire.ts';

/** Where `vigie/v1/*.proto` lie, beside this file in the source and in the build alike. For gRPC reflection. */
export function protoDirectory(): string {
  return fileURLToPath(new URL('.', import.meta.url));
}
