/**
 * Several messages of a stream in one write. grpc-js hands the next message to HTTP/2 when the one before was taken, so
 * each becomes a frame and a call of the system of its own, although Node would send all that wait together.
 *
 * Here a message counts as taken at once while few are on their way, and the rest is as before: at most AHEAD_MESSAGES
 * or AHEAD_BYTES of a stream wait in HTTP/2, beside what grpc-js holds before write() answers false.
 */
import { ServerInterceptingCall, type ServerInterceptor } from './grpc.ts';

const AHEAD_MESSAGES = 16;
const AHEAD_BYTES = 32 * 1024;

export const combining: ServerInterceptor = (_method, call) => new CombiningCall(call);

class CombiningCall extends ServerInterceptingCall {
  #messages = 0;
  #bytes = 0;
  /** The first one waits for the headers, and there is one place to wait. */
  #hasBegun = false;

  override sendMessage(message: Uint8Array, taken: () => void): void {
    const { length } = message;
    this.#messages++;
    this.#bytes += length;
    const isAhead = this.#hasBegun && this.#messages < AHEAD_MESSAGES && this.#bytes < AHEAD_BYTES;
    super.sendMessage(message, () => {
      this.#hasBegun = true;
      this.#messages--;
      this.#bytes -= length;
      if (!isAhead) taken();
    });
    if (isAhead) taken();
  }
}
