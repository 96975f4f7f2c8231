/** The client's side of SetupService. */
import {
  decodeGetSetupsResponse,
  decodeListSetupsResponse,
  decodePreviewSetupResponse,
  decodeSaveSetupResponse,
  encodeGetSetupsRequest,
  encodeListSetupsRequest,
  encodePreviewSetupRequest,
  encodeSaveSetupRequest,
  type PreviewSetupRequest,
  type PreviewSetupResponse,
  type SaveSetupRequest,
  type SaveSetupResponse,
} from '../../../proto/messages.ts';
import type { CameraSetup } from '../../model.ts';
import { setupService } from '../services.ts';
import type { Calling } from './calling.ts';

export interface SetupCalls {
  /** The setups in force, in the order of the site file; of every camera unless some are named. */
  getSetups(site: string, cameras?: readonly string[]): Promise<readonly CameraSetup[]>;
  /** Every version of one camera, newest first; that of the site file is the last. */
  listSetups(site: string, camera: string): Promise<readonly CameraSetup[]>;
  /** What a draft would have claimed on the frames that are kept. The signal gives it up. */
  previewSetup(request: PreviewSetupRequest, signal?: AbortSignal): Promise<PreviewSetupResponse>;
  /**
   * Resolves once it was read back from the log, or with what is wrong with it. Throws RpcError `setup_overtaken` when
   * `basedOn` is not the last version any more.
   */
  saveSetup(request: SaveSetupRequest): Promise<SaveSetupResponse>;
}

export function setupCalls({ ask }: Pick<Calling, 'ask'>): SetupCalls {
  const { getSetups, listSetups, previewSetup, saveSetup } = setupService.definition;
  return {
    async getSetups(site, cameras = []) {
      return decodeGetSetupsResponse(await ask(getSetups.path, encodeGetSetupsRequest({ site, cameras })))
        .setups;
    },
    async listSetups(site, camera) {
      return decodeListSetupsResponse(await ask(listSetups.path, encodeListSetupsRequest({ site, camera })))
        .setups;
    },
    async previewSetup(request, signal) {
      return decodePreviewSetupResponse(
        await ask(previewSetup.path, encodePreviewSetupRequest(request), signal),
      );
    },
    async saveSetup(request) {
      return decodeSaveSetupResponse(await ask(saveSetup.path, encodeSaveSetupRequest(request)));
    },
  };
}
