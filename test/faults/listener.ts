/** A subscriber: `vigie subscribe --json` that goes on by its token, wherever it connects next. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { readTokenFile } from '../../pipeline/operate/token-file.ts';
import { decodeToken } from '../../pipeline/serve/events/token.ts';

const PRINTED_MAX = 2_000;

export class Listener {
  readonly name: string;
  /** What it received, an event on every line. */
  readonly file: string;
  readonly faults: string[] = [];
  readonly #command: string;
  readonly #tokenFile: string;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(name: string, command: string, directory: string) {
    this.name = name;
    this.#command = command;
    this.file = join(directory, `${name}.jsonl`);
    this.#tokenFile = join(directory, `${name}.token`);
  }

  start(address: string): void {
    const out = openSync(this.file, 'a');
    const words = ['subscribe', '--json', '--from-start', '--token-file', this.#tokenFile];
    const child = spawn(process.execPath, [this.#command, ...words, '--server', address], {
      stdio: ['ignore', out, 'pipe'],
    });
    closeSync(out);
    let printed = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-PRINTED_MAX);
      if (printed.includes('EVENTS WERE MISSED')) this.faults.push(`${this.name}: ${printed}`);
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        if (this.#child === child)
          this.faults.push(`${this.name} ended by itself with ${code ?? signal}:\n${printed}`);
        resolve();
      });
    });
  }

  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill(signal);
    await this.#ended;
  }

  endNow(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Next offset by partition, as it would go on. */
  async reached(): Promise<readonly number[]> {
    const token = await readTokenFile(this.#tokenFile);
    return token === undefined ? [] : decodeToken(token).offsets;
  }
}
