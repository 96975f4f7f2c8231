/**
 * `vigie review`: what waits for an agent, and what the agent decides.
 *
 * On a terminal one candidate after the other is claimed, shown and decided by one key; with --list, --confirm or
 * --reject, or where there is no terminal, one thing is done and the command ends. Nothing is ever decided in bulk or
 * by default: a verdict takes a name and a key of its own.
 */
import { randomUUID } from 'node:crypto';
import { createInterface, type Interface } from 'node:readline/promises';
import { fault, InputError } from '../errors.ts';
import type { Agent, CandidateReview, RejectReason, VerdictAct } from '../model.ts';
import { openClient, RpcError, type VigieClient } from '../serve/client.ts';
import { details, headline, plain } from './told.ts';

export interface ReviewWords {
  readonly server: string;
  readonly json: boolean;
  readonly agent?: string;
  readonly list: boolean;
  readonly confirm?: string;
  readonly reject?: string;
  readonly reason?: RejectReason;
  readonly note?: string;
}

/** Longer than a look at a screen, shorter than the patience of a colleague. */
const LEASE_MS = 60_000;

/** Exit codes: 0 done. Throws InputError, RpcError (refused by the ledger, server away). */
export async function review(words: ReviewWords): Promise<number> {
  const act = actFrom(words);
  const client = openClient(words.server);
  try {
    if (act !== undefined) await decideOne(client, words, act);
    else if (words.list || words.json || !process.stdin.isTTY) await list(client, words.json);
    else await work(client, words.agent);
    return 0;
  } finally {
    client.close();
  }
}

interface Decision {
  readonly candidate: string;
  readonly act: VerdictAct;
}

function actFrom(words: ReviewWords): Decision | undefined {
  const { confirm, reject, reason, agent, note } = words;
  const faults = [];
  if (confirm !== undefined && reject !== undefined) {
    faults.push(fault('two_decisions', '--reject', 'given with --confirm, expected one decision at a time'));
  }
  if (reject !== undefined && reason === undefined) {
    faults.push(fault('no_reason', '--reason', 'missing, expected false, true_but_irrelevant or test'));
  }
  const decides = confirm !== undefined || reject !== undefined;
  if (decides && (agent ?? '').trim() === '') {
    faults.push(fault('no_agent_name', '--agent', 'missing: a verdict names the agent who decides'));
  }
  if (faults.length > 0) throw new InputError(faults);
  const noted = note === undefined ? {} : { note };
  if (confirm !== undefined) return { candidate: confirm, act: { kind: 'confirm', ...noted } };
  if (reject !== undefined) return { candidate: reject, act: { kind: 'reject', reason: reason!, ...noted } };
  return undefined;
}

async function decideOne(
  client: VigieClient,
  words: ReviewWords,
  { candidate, act }: Decision,
): Promise<void> {
  const decided = await client.decide({ id: randomUUID(), candidate, by: agentOf(words.agent!), act });
  say(words.json ? JSON.stringify(decided) : `${decided.state.kind}: ${headline(decided.candidate)}`);
}

async function list(client: VigieClient, json: boolean): Promise<void> {
  const reviews = await client.listCandidates();
  if (json) return say(JSON.stringify(reviews));
  if (reviews.length === 0) return say('no candidate waits');
  for (const one of reviews) say(details(one));
}

/** The loop of an agent at a terminal. Ends with q or Ctrl-C. */
async function work(client: VigieClient, name: string | undefined): Promise<void> {
  const stop = new AbortController();
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  prompt.on('SIGINT', () => stop.abort());
  prompt.on('close', () => stop.abort());
  try {
    const by = agentOf(name ?? (await askName(prompt, stop.signal)));
    const skipped = new Set<string>();
    while (!stop.signal.aborted) {
      const waiting = await client.listCandidates({ statuses: ['waiting'] });
      const next = waiting.find(({ candidate }) => !skipped.has(candidate.id));
      if (next === undefined) {
        say(skipped.size > 0 ? 'nothing else waits (q ends, Enter looks again)' : 'nothing waits yet');
        await untilNews(client, prompt, skipped, stop);
        continue;
      }
      if (!(await decideWith(client, prompt, by, next, skipped, stop.signal))) return;
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    prompt.close();
  }
}

const KEYS: Readonly<Record<string, VerdictAct>> = {
  c: { kind: 'confirm' },
  f: { kind: 'reject', reason: 'false' },
  i: { kind: 'reject', reason: 'true_but_irrelevant' },
  t: { kind: 'reject', reason: 'test' },
};
const QUESTION = '    c confirm   f false   i true but irrelevant   t test   s skip   q quit > ';

/** false: the agent leaves. */
async function decideWith(
  client: VigieClient,
  prompt: Interface,
  by: Agent,
  { candidate }: CandidateReview,
  skipped: Set<string>,
  signal: AbortSignal,
): Promise<boolean> {
  const decide = (act: VerdictAct) => client.decide({ id: randomUUID(), candidate: candidate.id, by, act });
  try {
    const claimed = await decide({ kind: 'claim', leaseMs: LEASE_MS });
    say(`\n${details(claimed)}`);
    for (;;) {
      const key = (await prompt.question(QUESTION, { signal })).trim().toLowerCase();
      const act = KEYS[key];
      if (act !== undefined) {
        const { state } = await decide(act);
        say(`    ${state.kind}`);
        return true;
      }
      if (key !== 's' && key !== 'q') continue;
      await decide({ kind: 'release' });
      skipped.add(candidate.id);
      return key === 's';
    }
  } catch (error) {
    // Somebody else was faster, or the lease ran out: no mistake of the agent's.
    if (!(error instanceof RpcError) || error.status === 'UNAVAILABLE') throw error;
    say(`    ${error.code}: ${plain(error.message)}`);
    skipped.add(candidate.id);
    return true;
  }
}

/** Resolves when a candidate comes that was not skipped, or when the agent presses Enter. */
async function untilNews(
  client: VigieClient,
  prompt: Interface,
  skipped: Set<string>,
  stop: AbortController,
): Promise<void> {
  const done = new AbortController();
  stop.signal.addEventListener('abort', () => done.abort(), { once: true });
  const key = prompt
    .question('', { signal: done.signal })
    .then((text) => {
      if (text.trim().toLowerCase() === 'q') stop.abort();
      skipped.clear();
    })
    .catch(() => undefined);
  const news = (async () => {
    for await (const { candidate, state } of client.watchCandidates({ signal: done.signal })) {
      if (state.kind === 'waiting' && !skipped.has(candidate.id)) return;
    }
  })();
  try {
    await Promise.race([key, news]);
  } finally {
    done.abort();
    await Promise.allSettled([key, news]);
  }
}

async function askName(prompt: Interface, signal: AbortSignal): Promise<string> {
  for (;;) {
    const name = (await prompt.question('your name (kept with every verdict) > ', { signal })).trim();
    if (name !== '') return name;
  }
}

function agentOf(name: string): Agent {
  return { name: name.trim(), role: 'agent' };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
