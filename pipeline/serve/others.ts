/** The services beside Subscribe and the review: which there are, what they read, and their end. */
import type { Log } from '../log/port.ts';
import type { Outage } from '../patience.ts';
import { type AuditTrail, NO_AUDIT } from './audit.ts';
import { EventLookup } from './events/lookup.ts';
import type { Server } from './grpc.ts';
import { IngestDesk } from './ingest.ts';
import { ObservationFeed } from './observations.ts';
import { operationHandlers } from './operation.ts';
import type { IngestPort, SetupPort, StatisticsPort, StatusPort } from './port.ts';
import {
  ingestService,
  observationService,
  operationService,
  setupService,
  statisticsService,
} from './services.ts';
import { SetupDesk } from './setups.ts';
import { statisticsHandlers } from './statistics.ts';

export interface OtherOptions {
  readonly log: Log;
  /** Of events. Default `rail.events`. */
  readonly topic?: string;
  /** Topic of observations. Default `rail.observations`. */
  readonly observations?: string;
  /** Absent: no IngestService. */
  readonly ingest?: IngestPort;
  /** Absent: no OperationService. */
  readonly status?: StatusPort;
  /** Absent: no StatisticsService. */
  readonly statistics?: StatisticsPort;
  /** Absent: no SetupService. */
  readonly setups?: SetupPort;
  readonly audit?: AuditTrail;
  /** How long a setup may take to come back from the log, ms. Default 10000. */
  readonly saveMsMax?: number;
  /** Default 100; the next one is answered RESOURCE_EXHAUSTED. */
  readonly watchersMax?: number;
  readonly producersMax?: number;
  readonly now?: () => number;
  /** The log is away, as one of these sees it; undefined when it is back. */
  readonly onOutage?: (who: string, outage: Outage | undefined) => void;
}

export function startOthers(
  options: OtherOptions,
  onFailure: (error: unknown) => void,
  subscribers: () => number,
) {
  const { log, ingest, status, statistics, onOutage } = options;
  const outageOf = (who: string) => (outage: Outage | undefined) => onOutage?.(who, outage);
  const lookup = new EventLookup({
    log,
    topic: options.topic ?? 'rail.events',
    now: options.now ?? Date.now,
    onFailure,
    onOutage: outageOf('events'),
  });
  const feed = new ObservationFeed({
    log,
    topic: options.observations ?? 'rail.observations',
    watchersMax: options.watchersMax ?? 100,
    now: options.now ?? Date.now,
    onFailure,
    onOutage: outageOf('observations'),
  });
  const desk = ingest && new IngestDesk({ ingest, producersMax: options.producersMax ?? 100, onFailure });
  const setupDesk =
    options.setups &&
    new SetupDesk({
      setups: options.setups,
      audit: options.audit ?? NO_AUDIT,
      saveMsMax: options.saveMsMax ?? 10_000,
      now: options.now ?? Date.now,
      onFailure,
    });
  const readings = [lookup.run(), feed.run()].map((reading) => reading.catch(onFailure));
  const served = () => ({
    subscribers: subscribers(),
    verified: (site: string) => lookup.standing(site),
    cameras: feed.cameras(),
  });
  return {
    eventHandlers: lookup.handlers,
    names: [
      observationService.name,
      ...(desk ? [ingestService.name] : []),
      ...(status ? [operationService.name] : []),
      ...(statistics ? [statisticsService.name] : []),
      ...(setupDesk ? [setupService.name] : []),
    ],
    addTo(server: Server) {
      server.addService(observationService.definition, feed.handlers);
      if (setupDesk) server.addService(setupService.definition, setupDesk.handlers);
      if (desk) server.addService(ingestService.definition, { push: desk.push });
      if (statistics)
        server.addService(statisticsService.definition, statisticsHandlers(statistics, onFailure));
      if (status) {
        const { place } = status;
        const asked = { status: () => status.status(served()), ...(place && { place }), onFailure };
        server.addService(operationService.definition, operationHandlers(asked));
      }
    },
    /** Resolves when nothing reads the log any more. */
    async close() {
      lookup.close();
      feed.close();
      desk?.close();
      setupDesk?.close();
      await Promise.all(readings);
    },
  };
}
