/**
 * What a running part of a site shows: a page that refreshes in place on a terminal, one line every few seconds
 * elsewhere, or JSON lines. The only user of the log-update package.
 */
import { createLogUpdate } from 'log-update';
import { Watch, type Watched } from './look.ts';
import { page, summary } from './page.ts';

export type StatusMode = 'page' | 'lines' | 'json';

export interface StatusOptions {
  readonly watched: Watched;
  readonly mode: StatusMode;
  /** Where the data is, in words. */
  readonly data: string;
  readonly out: NodeJS.WriteStream;
}

const PAGE_MS = 250;
const LINES_MS = 5_000;
const JSON_MS = 1_000;

/** Shows until the returned function is called, which leaves the last page standing. */
export function showStatus(options: StatusOptions): () => Promise<void> {
  const { watched, mode, out, data } = options;
  const watch = new Watch(watched);
  const update = createLogUpdate(out);
  const show = async () => {
    const view = await watch.look(Date.now());
    if (mode === 'json') out.write(`${JSON.stringify(view)}\n`);
    else if (mode === 'lines') out.write(`${summary(view)}\n`);
    else update(page(view, { data, columns: out.columns ?? 100, rows: out.rows ?? 40 }));
  };
  let showing = Promise.resolve();
  const again = () => {
    showing = showing.then(show).catch(() => undefined);
  };
  again();
  const everyMs = { page: PAGE_MS, lines: LINES_MS, json: JSON_MS }[mode];
  const timer = setInterval(again, everyMs);
  return async () => {
    clearInterval(timer);
    again();
    await showing;
    if (mode === 'page') update.done();
  };
}

/** A page that another command refreshes in place, from what `text` gives. `done` leaves the last one standing. */
export function pageOn(out: NodeJS.WriteStream, text: () => string, everyMs: number): { done(): void } {
  const update = createLogUpdate(out);
  const show = () => update(text());
  show();
  const timer = setInterval(show, everyMs);
  return {
    done() {
      clearInterval(timer);
      show();
      update.done();
    },
  };
}
