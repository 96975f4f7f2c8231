/** StatisticsService: what became of candidates, by camera, rule and day. */
import type { StatisticsRow } from '../pipeline/model.ts';
import { countOut, idIn, listIn, namesIn, wideIn, wideOut } from './check.ts';
import { MESSAGE_BYTES_MAX, read, v1, write } from './wire.ts';
import { eventTypes } from './words.ts';

export interface GetStatisticsRequest {
  /** Empty: all. */
  readonly sites: readonly string[];
  /** At or after, and before; 0: no limit. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface GetStatisticsResponse {
  readonly rows: readonly StatisticsRow[];
}

/** As many as a message holds, of some 100 bytes. */
export const STATISTICS_ROWS_MAX = 30_000;
const BUCKETS_MAX = 64;

export function encodeGetStatisticsRequest(request: GetStatisticsRequest): Uint8Array {
  return write(v1.GetStatisticsRequest, {
    sites: [...request.sites],
    fromMs: wideOut(request.fromMs, 'from_ms'),
    untilMs: wideOut(request.untilMs, 'until_ms'),
  });
}

/** Throws DecodeError, as all of these do. */
export function decodeGetStatisticsRequest(bytes: Uint8Array): GetStatisticsRequest {
  const wire = read(v1.GetStatisticsRequest, bytes);
  return {
    sites: namesIn(wire.sites, 'sites'),
    fromMs: wideIn(wire.fromMs, 'from_ms'),
    untilMs: wideIn(wire.untilMs, 'until_ms'),
  };
}

export function encodeGetStatisticsResponse({ rows }: GetStatisticsResponse): Uint8Array {
  return write(v1.GetStatisticsResponse, { rows: rows.map(rowOut) });
}

export function decodeGetStatisticsResponse(bytes: Uint8Array): GetStatisticsResponse {
  const wire = read(v1.GetStatisticsResponse, bytes, { bytesMax: MESSAGE_BYTES_MAX });
  return { rows: listIn(wire.rows, STATISTICS_ROWS_MAX, 'rows').map(rowIn) };
}

type WireRow = NonNullable<Parameters<typeof v1.StatisticsRow.encode>[0]>;

function rowOut(row: StatisticsRow): WireRow {
  return {
    site: row.site,
    camera: row.camera,
    type: eventTypes.out(row.type),
    rule: row.rule,
    dayMs: wideOut(row.dayMs, 'day_ms'),
    raised: countOut(row.raised, 'raised'),
    confirmed: countOut(row.confirmed, 'confirmed'),
    rejectedFalse: countOut(row.rejectedFalse, 'rejected_false'),
    rejectedIrrelevant: countOut(row.rejectedIrrelevant, 'rejected_irrelevant'),
    rejectedTest: countOut(row.rejectedTest, 'rejected_test'),
    lapsed: countOut(row.lapsed, 'lapsed'),
    reversed: countOut(row.reversed, 'reversed'),
    decidedWithin: row.decidedWithin.map((count) => countOut(count, 'decided_within')),
  };
}

function rowIn(wire: WireRow): StatisticsRow {
  return {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    type: eventTypes.in(wire.type, 'type'),
    rule: idIn(wire.rule, 'rule'),
    dayMs: wideIn(wire.dayMs, 'day_ms'),
    raised: wire.raised ?? 0,
    confirmed: wire.confirmed ?? 0,
    rejectedFalse: wire.rejectedFalse ?? 0,
    rejectedIrrelevant: wire.rejectedIrrelevant ?? 0,
    rejectedTest: wire.rejectedTest ?? 0,
    lapsed: wire.lapsed ?? 0,
    reversed: wire.reversed ?? 0,
    decidedWithin: listIn(wire.decidedWithin, BUCKETS_MAX, 'decided_within'),
  };
}
