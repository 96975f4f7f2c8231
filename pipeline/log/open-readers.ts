/** The readers that a log gave out: closed with it, so that every read which still waits ends. */
import { LogClosedError, type Reader } from './port.ts';

export class OpenReaders {
  readonly #open = new Set<Reader>();
  #closed = false;

  /** Throws LogClosedError, and closes the reader, when the log was closed while it was made. */
  add<T extends Reader>(reader: T): T {
    if (this.#closed) {
      void reader.close();
      throw new LogClosedError('this log was closed');
    }
    const close = reader.close.bind(reader);
    reader.close = async () => {
      this.#open.delete(reader);
      await close();
    };
    this.#open.add(reader);
    return reader;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map((reader) => reader.close()));
  }
}
