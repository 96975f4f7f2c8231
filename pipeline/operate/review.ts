/**
 * `vigie review`: what waits for an agent, and what the agent decides.
 *
 * Without an act it lists; on a terminal it then asks which to open (review-desk.ts). With one act it does that act
 * to one candidate and ends. Nothing is decided in bulk or by default: a verdict takes a name, one candidate and one
 * act.
 */
import { randomUUID } from 'node:crypto';
import { fault, InputError } from '../errors.ts';
import {
  type Agent,
  type CandidateReview,
  REJECT_REASONS,
  type RejectReason,
  type ReviewStatus,
  type VerdictAct,
} from '../model.ts';
import { openClient, type VigieClient } from '../serve/client/client.ts';
import { agentFrom, LEASE_MS, PROVED } from './agent.ts';
import { provesWho, type ReachWords, reach } from './reach.ts';
import { atDesk } from './review-desk.ts';
import { findReview, outcome, refOf, reviewTable } from './review-table.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';

export interface ReviewWords extends ReachWords {
  readonly json?: boolean;
  /** Who decides; else VIGIE_AGENT. */
  readonly agent?: string;
  /** List and end, on a terminal too. */
  readonly list?: boolean;
  /** Lists what is decided too. */
  readonly all?: boolean;
  /** One of these at most; each names a candidate by ref, id or a unique part of the id. */
  readonly confirm?: string;
  readonly reject?: string;
  readonly claim?: string;
  readonly release?: string;
  readonly reverse?: string;
  readonly reason?: string;
  readonly note?: string;
}

/** Exit code 0: done. Throws InputError (words, no such candidate), RpcError (refused, server away). */
export async function review(words: ReviewWords, terminal: Terminal = processTerminal()): Promise<number> {
  const asked = askedFor(words);
  const named = agentFrom(words.agent ?? terminal.env.VIGIE_AGENT);
  // Who proves a name is not asked for one: the server takes the proved one whatever is sent.
  const by = named ?? (provesWho(words) ? PROVED : undefined);
  if (asked !== undefined && by === undefined) throw unnamed();
  const client = openClient(words.server, reach(words));
  try {
    if (asked !== undefined) await decide(client, terminal, asked, by!, words);
    else if (words.list || words.all || words.json || !terminal.input.isTTY)
      await list(client, terminal, words);
    else await atDesk(client, terminal, by);
    return 0;
  } finally {
    client.close();
  }
}

interface Asked {
  /** As typed. */
  readonly word: string;
  /** Where the candidate can stand for the act to make sense. */
  readonly among: readonly ReviewStatus[];
  readonly act: (found: CandidateReview) => VerdictAct;
}

const OPEN: readonly ReviewStatus[] = ['waiting', 'claimed'];
const DECIDED: readonly ReviewStatus[] = ['confirmed', 'rejected', 'lapsed'];

/** Undefined when no act is asked for. Throws InputError with all that is wrong with the words. */
function askedFor(words: ReviewWords): Asked | undefined {
  const { confirm, reject, claim, release, reverse, reason, note } = words;
  const noted = note === undefined ? {} : { note };
  const faults = [];
  const given = Object.entries({ confirm, reject, claim, release, reverse }).filter(
    ([, word]) => word !== undefined,
  );
  if (given.length > 1) {
    const names = given.map(([name]) => `--${name}`).join(' and ');
    faults.push(fault('two_acts', names, 'given together, expected one act on one candidate'));
  }
  const reasons = REJECT_REASONS.join(', ');
  if (reject !== undefined && reason === undefined) {
    faults.push(fault('no_reason', '--reason', `missing with --reject, expected one of ${reasons}`));
  }
  if (reason !== undefined && !REJECT_REASONS.includes(reason as RejectReason)) {
    faults.push(fault('bad_reason', '--reason', `'${reason}', expected one of ${reasons}`));
  }
  if (reason !== undefined && reject === undefined) {
    faults.push(fault('reason_without_reject', '--reason', 'given without --reject, which it explains'));
  }
  if (note !== undefined && confirm === undefined && reject === undefined && reverse === undefined) {
    faults.push(fault('note_without_decision', '--note', 'given without --confirm, --reject or --reverse'));
  }
  if (faults.length > 0) throw new InputError(faults);
  if (confirm !== undefined)
    return { word: confirm, among: OPEN, act: () => ({ kind: 'confirm', ...noted }) };
  if (reject !== undefined) {
    const because = reason as RejectReason;
    return { word: reject, among: OPEN, act: () => ({ kind: 'reject', reason: because, ...noted }) };
  }
  if (claim !== undefined)
    return { word: claim, among: OPEN, act: () => ({ kind: 'claim', leaseMs: LEASE_MS }) };
  if (release !== undefined) return { word: release, among: OPEN, act: () => ({ kind: 'release' }) };
  if (reverse === undefined) return undefined;
  return {
    word: reverse,
    among: DECIDED,
    act: (found) => ({ kind: 'reverse', of: verdictOf(found), ...noted }),
  };
}

function verdictOf({ candidate, state }: CandidateReview): string {
  if ('verdict' in state) return state.verdict.id;
  throw new InputError([
    fault('not_decided', candidate.id, `is ${state.kind}, so there is nothing to take back`),
  ]);
}

async function decide(
  client: VigieClient,
  terminal: Terminal,
  { word, among, act }: Asked,
  by: Agent,
  words: ReviewWords,
): Promise<void> {
  const found = await findAmong(client, among, word);
  const decided = await client.decide({
    id: randomUUID(),
    candidate: found.candidate.id,
    by,
    act: act(found),
  });
  await say(terminal.output, words.json ? jsonOf(decided) : outcome(decided));
}

/** Where no open one is meant, one that is decided may be: then the ledger says why not, and by whom it was decided. */
async function findAmong(client: VigieClient, among: readonly ReviewStatus[], word: string) {
  const likely = await client.listCandidates({ statuses: among });
  try {
    return findReview(likely, word);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'no_such_candidate') throw error;
    return findReview(await client.listCandidates({ statuses: [...OPEN, ...DECIDED] }), word);
  }
}

async function list(client: VigieClient, terminal: Terminal, words: ReviewWords): Promise<void> {
  const statuses = words.all ? [...OPEN, ...DECIDED] : OPEN;
  const reviews = await client.listCandidates({ statuses });
  if (words.json) return say(terminal.output, `[${reviews.map(jsonOf).join(',\n')}]`);
  if (reviews.length === 0) return say(terminal.output, 'no candidate waits for an agent');
  const { columns } = terminal.output;
  const table = reviewTable(reviews, terminal.now(), columns === undefined ? {} : { columns });
  for (const line of table) await say(terminal.output, line);
  await say(
    terminal.errors,
    `\n${reviews.length} listed; decide one: vigie review --confirm REF --agent NAME`,
  );
  await say(
    terminal.errors,
    `    or --reject REF --reason ${REJECT_REASONS.join('|')}, --claim, --release, --reverse`,
  );
}

function jsonOf(one: CandidateReview): string {
  return JSON.stringify({ ref: refOf(one.candidate.id), ...one });
}

function unnamed(): InputError {
  return new InputError([
    fault('no_agent_name', '--agent', 'missing: a verdict names the agent who decides', 'or set VIGIE_AGENT'),
  ]);
}
