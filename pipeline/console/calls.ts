/** Statistics: what the console needs of a server that may be without them. */
import { RpcError, type VigieClient } from '../serve/client.ts';
import type { StatisticsRow } from './api.ts';

/** The row of the table of access by which they are judged here. */
export const STATISTICS_CALL = 'vigie.v1.OperationService/Status';

export interface StatisticsCalls {
  getStatistics(of: {
    readonly sites: readonly string[];
    readonly fromMs: number;
    readonly untilMs: number;
  }): Promise<readonly StatisticsRow[]>;
}

export function statisticsCalls(client: VigieClient): StatisticsCalls {
  const found = client as VigieClient & Partial<StatisticsCalls>;
  return {
    async getStatistics(of) {
      if (found.getStatistics === undefined)
        throw new RpcError('UNIMPLEMENTED', 'unimplemented', 'the server has no statistics');
      return found.getStatistics(of);
    },
  };
}
