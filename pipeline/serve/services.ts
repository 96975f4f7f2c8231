/** The services of proto/vigie/v1 as grpc-js wants them: names, paths and which way streams flow. */
import { byteMethod } from './grpc.ts';

const EVENTS = 'vigie.v1.EventService';
const REVIEW = 'vigie.v1.ReviewService';

export const eventService = {
  name: EVENTS,
  definition: { subscribe: byteMethod(`/${EVENTS}/Subscribe`, true) },
} as const;

export const reviewService = {
  name: REVIEW,
  definition: {
    listCandidates: byteMethod(`/${REVIEW}/ListCandidates`, false),
    watchCandidates: byteMethod(`/${REVIEW}/WatchCandidates`, true),
    decide: byteMethod(`/${REVIEW}/Decide`, false),
  },
} as const;
