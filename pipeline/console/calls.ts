/** The calls that the console makes and whose servers may lack them: what it needs of each, and how it is had. */
import type { Frame } from '../model.ts';
import { RpcError, type VigieClient } from '../serve/client.ts';
import type { ClipInfo, StatisticsRow } from './api.ts';

/** The row of the table of access by which each is judged here. */
export const CALLS = {
  clip: 'vigie.v1.ReviewService/Decide',
  picture: 'vigie.v1.SetupService/GetSetups',
  statistics: 'vigie.v1.OperationService/Status',
} as const;

export interface PictureShown {
  readonly number: number;
  readonly capturedAtMs: number;
  /** Empty where the kind of the clip is `none`. */
  readonly data: Uint8Array;
  readonly frame?: Frame;
}

export type ClipPiece =
  | { readonly kind: 'header'; readonly header: ClipInfo }
  | { readonly kind: 'picture'; readonly picture: PictureShown };

export interface LaterCalls {
  getClip(of: {
    readonly candidate: string;
    readonly why: string;
    readonly signal: AbortSignal;
  }): AsyncIterable<ClipPiece>;
  getPicture(of: {
    readonly site: string;
    readonly camera: string;
    readonly why: string;
  }): Promise<{ readonly header: ClipInfo; readonly picture: PictureShown }>;
  getStatistics(of: {
    readonly sites: readonly string[];
    readonly fromMs: number;
    readonly untilMs: number;
  }): Promise<readonly StatisticsRow[]>;
}

export function laterCalls(client: VigieClient): LaterCalls {
  const found = client as VigieClient & Partial<LaterCalls>;
  return {
    async *getClip(of) {
      yield* (found.getClip ?? lacking('clips')).call(client, of);
    },
    getPicture: async (of) => (found.getPicture ?? lacking('pictures')).call(client, of),
    getStatistics: async (of) => (found.getStatistics ?? lacking('statistics')).call(client, of),
  };
}

function lacking(what: string): () => never {
  return () => {
    throw new RpcError('UNIMPLEMENTED', 'unimplemented', `the server has no ${what}`);
  };
}
