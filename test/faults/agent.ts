/**
 * An agent who follows a script: looks at what waits, at either server in turn, and confirms or rejects it. What got
 * no answer is asked again with the same verdict, at the other server, until there is one.
 */
import { randomUUID } from 'node:crypto';
import type { CandidateReview, Agent as Named, VerdictAct } from '../../pipeline/model.ts';
import { openClient, RpcError, type VigieClient } from '../../pipeline/serve/client/client.ts';
import type { Chance } from '../support/random.ts';
import { sleep } from './wait.ts';

/** A verdict that was answered OK. */
export interface Answered {
  readonly candidate: string;
  readonly verdict: string;
  readonly act: VerdictAct['kind'];
  /** From the first question to the answer. */
  readonly tookMs: number;
}

const LOOK_MS = 500;
const AGAIN_MS = 250;
const AT_ONCE_MAX = 16;
const REVERSED_SHARE = 0.05;
const REJECTED_SHARE = 0.3;

/** The ledger has spoken; anything else may be an outage and is asked again. */
const FINAL = new Set([
  'FAILED_PRECONDITION',
  'ABORTED',
  'ALREADY_EXISTS',
  'INVALID_ARGUMENT',
  'PERMISSION_DENIED',
]);

export class ScriptedAgent {
  readonly answered: Answered[] = [];
  /** Verdicts that the ledger refused, by code. */
  readonly refused = new Map<string, number>();
  readonly faults: string[] = [];
  /** Questions that had to be asked again. */
  again = 0;
  readonly #by: Named;
  readonly #servers: readonly VigieClient[];
  readonly #chance: Chance;
  readonly #mine: (candidate: string) => boolean;
  readonly #taken = new Set<string>();
  readonly #asking = new Set<Promise<void>>();
  #stopped = false;
  #gaveUp = false;
  #working: Promise<void> = Promise.resolve();

  /** `mine`: which candidates are this agent's. */
  constructor(
    name: string,
    servers: readonly string[],
    chance: Chance,
    mine: (candidate: string) => boolean,
  ) {
    this.#by = { name, role: 'agent' };
    this.#servers = servers.map((address) => openClient(address));
    this.#chance = chance;
    this.#mine = mine;
  }

  start(): void {
    this.#working = this.#work();
  }

  /** Waits for the answers that are still to come, `waitMs` at most. */
  async stop(waitMs: number): Promise<void> {
    this.#stopped = true;
    await this.#working;
    const late = setTimeout(() => {
      this.#gaveUp = true;
    }, waitMs);
    while (this.#asking.size > 0) await Promise.all(this.#asking);
    clearTimeout(late);
    for (const server of this.#servers) server.close();
  }

  async #work(): Promise<void> {
    for (let turn = 0; !this.#stopped; turn++) {
      const server = this.#servers[turn % this.#servers.length]!;
      const waiting = await server.listCandidates().catch(() => []);
      for (const { candidate } of waiting) {
        if (this.#stopped) return;
        if (this.#taken.has(candidate.id) || !this.#mine(candidate.id)) continue;
        this.#taken.add(candidate.id);
        const asking = this.#decide(candidate.id).finally(() => this.#asking.delete(asking));
        this.#asking.add(asking);
        if (this.#asking.size >= AT_ONCE_MAX) await Promise.race(this.#asking);
      }
      await sleep(LOOK_MS);
    }
  }

  async #decide(candidate: string): Promise<void> {
    const verdict = randomUUID();
    const rejects = this.#chance.unit() < REJECTED_SHARE;
    const reverses = this.#chance.unit() < REVERSED_SHARE;
    await sleep(this.#chance.below(2_000));
    const act: VerdictAct = rejects ? { kind: 'reject', reason: 'false' } : { kind: 'confirm' };
    const answer = await this.#insist(candidate, verdict, act);
    if (answer === undefined) return;
    const { state } = answer;
    if (!('verdict' in state) || state.verdict.id !== verdict)
      this.faults.push(`'${candidate}' was decided with '${verdict}', and the answer says ${state.kind}`);
    if (!rejects && reverses) await this.#insist(candidate, randomUUID(), { kind: 'reverse', of: verdict });
  }

  /** Undefined when it was refused for good. */
  async #insist(candidate: string, id: string, act: VerdictAct): Promise<CandidateReview | undefined> {
    const beganMs = performance.now();
    const first = this.#chance.below(this.#servers.length);
    for (let attempt = 0; !this.#gaveUp; attempt++) {
      const server = this.#servers[(first + attempt) % this.#servers.length]!;
      try {
        const review = await server.decide({ id, candidate, by: this.#by, act });
        this.answered.push({
          ...{ candidate, verdict: id, act: act.kind },
          tookMs: performance.now() - beganMs,
        });
        return review;
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        if (FINAL.has(error.status)) {
          this.refused.set(error.code, (this.refused.get(error.code) ?? 0) + 1);
          return undefined;
        }
        this.again += 1;
        await sleep(AGAIN_MS);
      }
    }
    this.faults.push(`verdict '${id}' on '${candidate}' never got an answer`);
    return undefined;
  }
}
