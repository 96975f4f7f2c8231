/** Which cameras have a claim open at the moment, as the log says: a kill of their worker has something to lose. */
import type { Log, Reader } from '../../pipeline/log/port.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf } from '../../pipeline/topology/history.ts';
import { decodeCandidate } from '../../proto/messages.ts';

const BATCH_MAX = 1_024;
const WAIT_MS = 200;

export class OpenClaims {
  readonly #reader: Reader;
  /** Ids of open claims per camera. */
  readonly #open = new Map<string, Set<string>>();
  #closed = false;
  #following: Promise<void> = Promise.resolve();

  private constructor(reader: Reader) {
    this.#reader = reader;
  }

  static async follow(log: Log, partitions: number): Promise<OpenClaims> {
    const from = partitionsOf(TOPICS.candidates, partitions).map((at) => ({ ...at, offset: 0 }));
    const claims = new OpenClaims(await log.reader(from));
    claims.#following = claims.#follow();
    return claims;
  }

  of(cameras: readonly string[]): number {
    return cameras.reduce((sum, camera) => sum + (this.#open.get(camera)?.size ?? 0), 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#following;
    await this.#reader.close();
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      for (const { value } of await this.#reader.read(BATCH_MAX, WAIT_MS)) {
        const { id, camera, phase } = decodeCandidate(value);
        const open = this.#open.get(camera) ?? new Set<string>();
        this.#open.set(camera, open);
        if (phase === 'end') open.delete(id);
        else open.add(id);
      }
    }
  }
}
