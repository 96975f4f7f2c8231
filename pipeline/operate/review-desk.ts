/**
 * The agent's desk at a terminal: the table, one candidate opened by its number, one key for one decision.
 *
 * Numbers are those of the table on the screen; they are not read again until the next table. Opening claims the
 * candidate, so that no colleague decides it meanwhile. Enter decides nothing.
 */
import { randomUUID } from 'node:crypto';
import { createInterface, type Interface } from 'node:readline/promises';
import type { Agent, CandidateReview, VerdictAct } from '../model.ts';
import { RpcError, type VigieClient } from '../serve/client/client.ts';
import { agentFrom, LEASE_MS } from './agent.ts';
import { outcome, reviewTable } from './review-table.ts';
import { say, type Terminal } from './terminal.ts';
import { details, plain } from './told.ts';

const LIST_QUESTION = 'number to open, Enter to look again, q to leave > ';
const OPEN_QUESTION = 'c confirm   f false   i true but irrelevant   t test   b back > ';
const KEYS: Readonly<Record<string, VerdictAct>> = {
  c: { kind: 'confirm' },
  f: { kind: 'reject', reason: 'false' },
  i: { kind: 'reject', reason: 'true_but_irrelevant' },
  t: { kind: 'reject', reason: 'test' },
};

/** Ends when the agent leaves (q, end of input, Ctrl-C). Throws RpcError when the server is away. */
export async function atDesk(
  client: VigieClient,
  terminal: Terminal,
  named: Agent | undefined,
): Promise<void> {
  const prompt = createInterface({ input: terminal.input, output: terminal.output });
  const ask = asker(prompt, terminal.stop);
  try {
    const by = named ?? (await askName(ask));
    if (by === undefined) return;
    for (;;) {
      const reviews = await client.listCandidates();
      await show(terminal, reviews);
      const word = await ask(LIST_QUESTION);
      if (word === undefined || word === 'q') return;
      if (word === '') continue;
      const chosen = /^[1-9]\d*$/.test(word) ? reviews[Number(word) - 1] : undefined;
      if (chosen === undefined) await say(terminal.output, `'${plain(word)}' is no number of the table`);
      else await open(client, terminal, ask, by, chosen);
    }
  } finally {
    prompt.close();
  }
}

async function show(terminal: Terminal, reviews: readonly CandidateReview[]): Promise<void> {
  if (reviews.length === 0) return say(terminal.output, '\nno candidate waits for an agent');
  const { columns } = terminal.output;
  const options = { numbered: true, ...(columns === undefined ? {} : { columns }) };
  await say(terminal.output, '');
  for (const line of reviewTable(reviews, terminal.now(), options)) await say(terminal.output, line);
}

async function open(client: VigieClient, terminal: Terminal, ask: Ask, by: Agent, chosen: CandidateReview) {
  const candidate = chosen.candidate.id;
  const decide = (act: VerdictAct) => client.decide({ id: randomUUID(), candidate, by, act });
  try {
    await say(terminal.output, `\n${details(await decide({ kind: 'claim', leaseMs: LEASE_MS }))}`);
    for (;;) {
      const key = await ask(OPEN_QUESTION);
      const act = key === undefined ? undefined : KEYS[key];
      if (act !== undefined) return await say(terminal.output, outcome(await decide(act)));
      if (key !== undefined && key !== 'b') continue;
      await decide({ kind: 'release' });
      return;
    }
  } catch (error) {
    // A colleague was faster, or the lease ran out: said, and the table comes again.
    if (!(error instanceof RpcError) || error.status === 'UNAVAILABLE') throw error;
    await say(terminal.output, `${error.code}: ${plain(error.message)}`);
  }
}

/** The answer, trimmed and in lower case; undefined when the agent is gone. */
type Ask = (question: string, asTyped?: boolean) => Promise<string | undefined>;

/** Lines that come faster than questions are kept: a pasted answer is not lost between two of them. */
function asker(prompt: Interface, stop: AbortSignal): Ask {
  const lines: string[] = [];
  let closed = false;
  let wake = () => {};
  prompt.on('line', (line) => {
    lines.push(line);
    wake();
  });
  const leave = () => {
    closed = true;
    wake();
  };
  prompt.on('close', leave).on('SIGINT', leave);
  stop.addEventListener('abort', leave, { once: true });
  if (stop.aborted) leave();
  return async (question, asTyped = false) => {
    prompt.setPrompt(question);
    if (!closed) prompt.prompt();
    while (lines.length === 0 && !closed) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const line = lines.shift()?.trim();
    return asTyped ? line : line?.toLowerCase();
  };
}

async function askName(ask: Ask): Promise<Agent | undefined> {
  for (;;) {
    const name = await ask('your name, kept with every verdict > ', true);
    if (name === undefined) return undefined;
    const agent = agentFrom(name);
    if (agent !== undefined) return agent;
  }
}
