/** Those outside: agents who decide at random, subscribers who come and go and go on where they were. */
import { DEVELOPMENT } from '../../pipeline/identity/identity.ts';
import type { CandidateReview, Verdict } from '../../pipeline/model.ts';
import type { Received } from '../../pipeline/operate/reconcile/history.ts';
import { subscription } from '../../pipeline/serve/client/subscription.ts';
import { decodeToken } from '../../pipeline/serve/events/token.ts';
import type { UnaryCall, UnaryReply } from '../../pipeline/serve/grpc.ts';
import { setCaller } from '../../pipeline/serve/identity/caller.ts';
import { decodeDecideResponse, encodeDecideRequest, type VerdictDraft } from '../../proto/messages.ts';
import type { Chance } from '../support/random.ts';
import type { ServeProcess, World } from './processes.ts';
import { Stream } from './stream.ts';

/** One act of an agent, and what came of asking. */
export interface Asked {
  readonly verdict: VerdictDraft;
  tries: number;
  answer: 'none' | 'ok' | { readonly refused: string };
}

const PATIENCE_MS = 3_000;
/** Nothing is known of what became of the verdict. */
const UNSURE = new Set(['not_read_back', 'not_audited', 'internal', 'unknown_candidate']);

export class AgentActor {
  readonly asked: Asked[] = [];
  readonly #name: string;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #servers: () => readonly ServeProcess[];
  #acts = 0;

  constructor(name: string, world: World, servers: () => readonly ServeProcess[]) {
    this.#name = name;
    this.#world = world;
    this.#chance = world.chance;
    this.#servers = servers;
  }

  async work(untilMs: number): Promise<void> {
    const { time } = this.#world;
    while (time.elapsedMs < untilMs) {
      await time.wait(100 + this.#chance.below(1_200));
      const server = this.#anyServer();
      const review = server === undefined ? undefined : this.#pick(server);
      if (review === undefined) continue;
      const asked: Asked = { verdict: this.#decision(review), tries: 0, answer: 'none' };
      this.asked.push(asked);
      await this.#ask(asked);
    }
  }

  #anyServer(): ServeProcess | undefined {
    const up = this.#servers().filter(({ isUp, isReady }) => isUp && isReady);
    return up.length === 0 ? undefined : up[this.#chance.below(up.length)];
  }

  #pick(server: ServeProcess): CandidateReview | undefined {
    const decided = this.#chance.unit() < 0.25;
    const statuses = decided ? (['confirmed', 'rejected', 'lapsed'] as const) : [];
    const list = server.room.list({ statuses, sites: [] });
    return list.length === 0 ? undefined : list[this.#chance.below(list.length)];
  }

  #decision({ candidate, state, firstConfirmation }: CandidateReview): VerdictDraft {
    const id = `${this.#name}-${this.#acts++}`;
    const by = { name: this.#name, role: 'agent' } as const;
    // Now and then somebody thinks again about what they, or the other one, said first.
    const again = firstConfirmation !== undefined && this.#chance.unit() < 0.1;
    const act = again ? ({ kind: 'reverse', of: firstConfirmation.id } as const) : this.#act(state);
    return { id, candidate: candidate.id, by, act };
  }

  #act(state: CandidateReview['state']): Verdict['act'] {
    if (state.kind !== 'waiting' && state.kind !== 'claimed')
      return { kind: 'reverse', of: state.verdict.id };
    const roll = this.#chance.unit();
    if (roll < 0.65) return { kind: 'confirm' };
    if (roll < 0.8) return { kind: 'reject', reason: 'false' };
    if (roll < 0.95) return { kind: 'claim', leaseMs: 1 + this.#chance.below(4_000) };
    return { kind: 'release' };
  }

  /** The same verdict id until somebody answers, at whichever server is there; sometimes twice for no reason. */
  async #ask(asked: Asked): Promise<void> {
    for (asked.tries = 1; asked.tries <= 4; asked.tries++) {
      const server = this.#anyServer();
      if (server !== undefined) {
        const answer = await this.#decide(server, asked.verdict);
        this.#world.trace.note(this.#name, `${asked.verdict.id} ${asked.verdict.act.kind}: ${answer}`);
        if (answer === 'ok') {
          asked.answer = 'ok';
          if (this.#chance.unit() < 0.1) void this.#decide(server, asked.verdict);
          return;
        }
        if (answer !== undefined && !UNSURE.has(answer)) {
          asked.answer = { refused: answer };
          return;
        }
      }
      await this.#world.time.wait(200 + this.#chance.below(800));
    }
  }

  /** 'ok', a code, or nothing within the caller's patience. */
  #decide(server: ServeProcess, verdict: VerdictDraft): Promise<string | undefined> {
    return new Promise((resolve) => {
      const timer = this.#world.time.at(PATIENCE_MS, () => resolve(undefined));
      const reply: UnaryReply = (error, bytes) => {
        timer.cancelled = true;
        // A server that was killed in between answers nobody.
        if (!server.isUp) resolve(undefined);
        else if (error === null && bytes) resolve(decodeDecideResponse(bytes) ? 'ok' : undefined);
        else resolve(String(error?.metadata?.get('vigie-code')[0] ?? 'internal'));
      };
      const request = encodeDecideRequest({ verdict });
      const call = { request, getPeer: () => 'simulated' } as unknown as UnaryCall;
      setCaller(call, DEVELOPMENT);
      void server.desk.handlers.decide(call, reply);
    });
  }
}

export class SubscriberActor {
  readonly name: string;
  readonly received: Received[] = [];
  /** Events it was told it had lost. */
  gaps = 0;
  /** When it last heard that it is up to date. */
  heardAtMs = 0;
  /** Messages waiting at once on one of its connections, at most. */
  most = 0;
  readonly #world: World;
  readonly #servers: () => readonly ServeProcess[];
  readonly #slow: boolean;
  #stream: Stream | undefined;
  #session: AbortController | undefined;
  /** What it has stored; it is written with what was done about an event, or a little later. */
  #token: Uint8Array | undefined;
  #hurry = false;

  constructor(name: string, world: World, servers: () => readonly ServeProcess[]) {
    this.name = name;
    this.#world = world;
    this.#servers = servers;
    this.#slow = world.chance.unit() < 0.3;
  }

  start(): void {
    const session = new AbortController();
    this.#session = session;
    void this.#run(session).catch((error: unknown) => this.#world.onBroken(this.name, error));
  }

  /** The process dies; what it had not stored it will see again. */
  restart(): void {
    this.#session?.abort();
    this.#world.trace.note(this.name, 'restarts');
    this.start();
  }

  cut(): void {
    this.#stream?.cut('the connection was lost');
  }

  hurry(): void {
    this.#hurry = true;
  }

  async #run(session: AbortController): Promise<void> {
    const { chance, log, planted } = this.#world;
    const token = this.#token;
    const resume = token === undefined ? {} : { resumeToken: (await planted.token?.(token, log)) ?? token };
    const open = (request: Uint8Array) => this.#open(request).readable;
    const options = {
      ...resume,
      fromStart: true,
      signal: session.signal,
      backoffMs: 100,
      backoffMsMax: 800,
      chance: () => chance.unit(),
    };
    for await (const delivery of subscription(open, options)) {
      if (session.signal.aborted) return;
      if (delivery.kind === 'gap') this.gaps++;
      if (delivery.kind === 'progress') this.heardAtMs = this.#world.time.elapsedMs;
      if (delivery.kind === 'event') {
        this.#world.trace.note(this.name, `has ${delivery.event.changeId}`);
        this.received.push({ event: delivery.event, next: decodeToken(delivery.token).offsets });
      }
      if ('token' in delivery && (this.#hurry || chance.unit() < 0.8)) this.#token = delivery.token;
    }
  }

  #open(request: Uint8Array): Stream {
    const { chance, time } = this.#world;
    const stream = new Stream(request, async () => {
      if (this.#slow && !this.#hurry && chance.unit() < 0.4) await time.wait(chance.below(600));
      this.most = Math.max(this.most, stream.most);
    });
    this.#stream = stream;
    const up = this.#servers().filter(({ isUp }) => isUp);
    if (up.length === 0) stream.cut('no server is there');
    else up[chance.below(up.length)]!.connect(stream);
    return stream;
  }
}
