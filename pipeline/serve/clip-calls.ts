/** The client's side of ClipService, for whoever looks. */
import {
  decodeClipPart,
  decodeGetPictureResponse,
  encodeGetClipRequest,
  encodeGetPictureRequest,
  type GetClipRequest,
  type GetPictureRequest,
  type GetPictureResponse,
} from '../../proto/messages.ts';
import type { ClipPart } from '../clip.ts';
import type { Calling } from './client-calls.ts';
import { asRpcError } from './rpc-error.ts';
import { clipService } from './services.ts';

export interface ClipCalls {
  /**
   * The header, then its pictures, oldest first, until the signal aborts. A clip that is `growing` has more to show when
   * it is asked for again. Throws RpcError: `unknown_candidate`, `clip_gone`, `clip_not_here`, `not_audited` ...
   */
  getClip(of: GetClipRequest & { readonly signal?: AbortSignal }): AsyncGenerator<ClipPart, void, void>;
  /** What a camera sees now; `why` is required. */
  getPicture(of: GetPictureRequest): Promise<GetPictureResponse>;
}

export function clipCalls({ ask, open }: Pick<Calling, 'ask' | 'open'>): ClipCalls {
  const { getClip, getPicture } = clipService.definition;
  return {
    async *getClip({ candidate, why, signal }) {
      const call = open(getClip.path, encodeGetClipRequest({ candidate, why }));
      const stop = () => call.cancel();
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
      try {
        for await (const bytes of call) yield decodeClipPart(bytes);
      } catch (error) {
        if (!signal?.aborted) throw asRpcError(error);
      } finally {
        signal?.removeEventListener('abort', stop);
        call.cancel();
      }
    },
    async getPicture(of) {
      return decodeGetPictureResponse(await ask(getPicture.path, encodeGetPictureRequest(of)));
    },
  };
}
