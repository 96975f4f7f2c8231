/** The services of proto/vigie/v1 as grpc-js wants them: names, paths and which way streams flow. */
import { byteMethod } from './grpc.ts';

const CLIPS = 'vigie.v1.ClipService';
const EVENTS = 'vigie.v1.EventService';
const REVIEW = 'vigie.v1.ReviewService';
const OBSERVATIONS = 'vigie.v1.ObservationService';
const INGEST = 'vigie.v1.IngestService';
const STATISTICS = 'vigie.v1.StatisticsService';
const OPERATION = 'vigie.v1.OperationService';
const SETUPS = 'vigie.v1.SetupService';

export const clipService = {
  name: CLIPS,
  definition: {
    getClip: byteMethod(`/${CLIPS}/GetClip`, true),
    getPicture: byteMethod(`/${CLIPS}/GetPicture`, false),
    deliver: byteMethod(`/${CLIPS}/Deliver`, true, true),
  },
} as const;

export const eventService = {
  name: EVENTS,
  definition: {
    subscribe: byteMethod(`/${EVENTS}/Subscribe`, true),
    get: byteMethod(`/${EVENTS}/Get`, false),
    list: byteMethod(`/${EVENTS}/List`, false),
  },
} as const;

export const reviewService = {
  name: REVIEW,
  definition: {
    listCandidates: byteMethod(`/${REVIEW}/ListCandidates`, false),
    watchCandidates: byteMethod(`/${REVIEW}/WatchCandidates`, true),
    decide: byteMethod(`/${REVIEW}/Decide`, false),
  },
} as const;

export const observationService = {
  name: OBSERVATIONS,
  definition: {
    watch: byteMethod(`/${OBSERVATIONS}/Watch`, true),
    getHistory: byteMethod(`/${OBSERVATIONS}/GetHistory`, false),
  },
} as const;

export const ingestService = {
  name: INGEST,
  definition: { push: byteMethod(`/${INGEST}/Push`, true, true) },
} as const;

export const statisticsService = {
  name: STATISTICS,
  definition: { getStatistics: byteMethod(`/${STATISTICS}/GetStatistics`, false) },
} as const;

export const operationService = {
  name: OPERATION,
  definition: {
    status: byteMethod(`/${OPERATION}/Status`, false),
    whoAmI: byteMethod(`/${OPERATION}/WhoAmI`, false),
  },
} as const;

export const setupService = {
  name: SETUPS,
  definition: {
    getSetups: byteMethod(`/${SETUPS}/GetSetups`, false),
    listSetups: byteMethod(`/${SETUPS}/ListSetups`, false),
    previewSetup: byteMethod(`/${SETUPS}/PreviewSetup`, false),
    saveSetup: byteMethod(`/${SETUPS}/SaveSetup`, false),
  },
} as const;
