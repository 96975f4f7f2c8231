/** One `vigie` process that is killed and started again: the same words, another life. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { View } from '../../pipeline/operate/look.ts';

export type PartKind = 'ingest' | 'worker' | 'serve';

const PRINTED_MAX = 4_000;
/** A clean stop lets the frames at hand run through; after that it hangs. */
const STOP_MS_MAX = 30_000;

export class Actor {
  readonly kind: PartKind;
  readonly name: string;
  readonly #command: string;
  readonly #words: readonly string[];
  /** What it ended with although nobody told it to, or how it failed to stop. */
  readonly faults: string[] = [];
  /** What it showed last, of this life or the one before. */
  view: View | undefined;
  /** When its present life began. */
  startedMs = 0;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #printed = '';

  /** `command`: the compiled main file. */
  constructor(kind: PartKind, name: string, command: string, words: readonly string[]) {
    this.kind = kind;
    this.name = name;
    this.#command = command;
    this.#words = words;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  start(): void {
    const child = spawn(process.execPath, [this.#command, ...this.#words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.startedMs = Date.now();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.view = JSON.parse(line) as View;
    });
    this.#printed = '';
    child.stderr.on('data', (chunk: Buffer) => {
      this.#printed = (this.#printed + chunk.toString()).slice(-PRINTED_MAX);
    });
    this.#ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        if (this.#child === child) {
          this.#child = undefined;
          this.faults.push(`${this.name} ended by itself with ${code ?? signal}:\n${this.#printed}`);
        }
        resolve();
      });
    });
  }

  /** kill -9. Returns when it happened and what the process showed last. */
  async kill(): Promise<{ readonly atMs: number; readonly view: View | undefined }> {
    const child = this.#child;
    this.#child = undefined;
    const { view } = this;
    const atMs = Date.now();
    child?.kill('SIGKILL');
    await this.#ended;
    this.view = undefined;
    return { atMs, view };
  }

  endNow(): void {
    this.#child?.kill('SIGKILL');
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    child.kill('SIGINT');
    await this.#ended;
    clearTimeout(late);
    if (child.exitCode !== 0)
      this.faults.push(
        `${this.name} was stopped and ended with ${child.exitCode ?? child.signalCode}:\n${this.#printed}`,
      );
  }
}
