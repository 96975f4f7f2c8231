/** The client's side of ClipService, for whoever looks. */
import {
  decodeClipPart,
  decodeGetPictureResponse,
  encodeGetClipRequest,
  encodeGetPictureRequest,
  type GetClipRequest,
  type GetPictureRequest,
  type GetPictureResponse,
} from '../../../proto/messages.ts';
import type { ClipHolder, ClipPart } from '../../clip.ts';
import { clipService } from '../services.ts';
import { asRpcError } from './as-rpc-error.ts';
import type { Calling } from './calling.ts';
import { deliver } from './clip-delivery.ts';

export interface ClipCalls {
  /** For the edge that holds clips: answers until the signal aborts; rejects with RpcError when the server ends it. */
  deliverClips(holder: ClipHolder, signal: AbortSignal, onTaken?: () => void): Promise<void>;
  /**
   * The header, then its pictures, oldest first, until the signal aborts. A clip that is `growing` has more to show when
   * it is asked for again. Throws RpcError: `unknown_candidate`, `clip_gone`, `clip_not_here`, `not_audited` ...
   */
  getClip(of: GetClipRequest & { readonly signal?: AbortSignal }): AsyncGenerator<ClipPart, void, void>;
  /** What a camera sees now; `why` is required. */
  getPicture(of: GetPictureRequest): Promise<GetPictureResponse>;
}

export function clipCalls({ ask, open, converse }: Calling): ClipCalls {
  const { getClip, getPicture, deliver: deliverClips } = clipService.definition;
  return {
    deliverClips: (holder, signal, onTaken) => deliver(converse(deliverClips.path), holder, signal, onTaken),
    async *getClip({ signal, ...request }) {
      const call = open(getClip.path, encodeGetClipRequest(request));
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
