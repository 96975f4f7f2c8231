/** StatisticsService: what became of candidates, of those that lie in the caller's scope. */
import {
  decodeGetStatisticsRequest,
  encodeGetStatisticsResponse,
  type GetStatisticsRequest,
  STATISTICS_ROWS_MAX,
} from '../../proto/messages.ts';
import { unary } from './calls.ts';
import { CallError, status, type UnaryCall } from './grpc.ts';
import type { StatisticsPort } from './port.ts';
import { scopeOfCall } from './scope.ts';

export function statisticsHandlers(port: StatisticsPort, onFailure: (error: unknown) => void) {
  const answer = ({ sites, fromMs, untilMs }: GetStatisticsRequest, call: UnaryCall) => {
    const scope = scopeOfCall(call);
    scope.require({ sites });
    const span = { fromMs, ...(untilMs > 0 && { untilMs }) };
    const rows = port
      .rows(span)
      .filter((row) => (sites.length === 0 || sites.includes(row.site)) && scope.sees(row));
    if (rows.length > STATISTICS_ROWS_MAX) throw tooMany(rows.length);
    return { rows };
  };
  return { getStatistics: unary(decodeGetStatisticsRequest, answer, encodeGetStatisticsResponse, onFailure) };
}

function tooMany(found: number): CallError {
  return new CallError(
    status.OUT_OF_RANGE,
    'too_many_rows',
    `${found} rows, at most ${STATISTICS_ROWS_MAX} in one answer; ask for fewer days`,
  );
}
