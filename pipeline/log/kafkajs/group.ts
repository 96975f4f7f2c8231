/**
 * Membership of a Kafka consumer group: joins, answers heartbeats, joins again when others come or go. All of it runs
 * beside the application; what the application holds changes only when it asks for it (`surplus`, `release`).
 */

import { mixedClients } from '../kafka-options.ts';
import { LogFailure, type Position, StaleGenerationError } from '../port.ts';
import { assign, type Claim } from './assign.ts';
import type { Connection } from './connection.ts';
import { type Broker, byTopic, type Codec, failureOf, type GroupMember, typeOf } from './wire.ts';

const PROTOCOL = 'vigie-by-number';
const SESSION_MS = 10_000;
/** How long the others wait for a member that does not join again. */
const REBALANCE_MS = 60_000;
const HEARTBEAT_MS = 500;
const RETRY_MS = 250;
const LEAVE_MS = 2_000;
const COMMIT_ATTEMPTS = 20;

export interface MembershipOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly codec: Codec;
  /** For joining and heartbeats, which may wait at the broker. */
  readonly connection: Connection;
  /** For commits and goodbyes, which must not wait behind them. */
  readonly control: Connection;
  readonly onChange: () => void;
}

export class Membership {
  readonly #options: MembershipOptions;
  /** Partition numbers that nobody else may read. */
  readonly #held = new Set<number>();
  #granted: readonly number[] = [];
  #member = '';
  #generation = -1;
  #joining: Promise<void> | undefined;
  #expelled = false;
  #failure: Error | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #beating = false;
  #closed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  enter(): void {
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    this.#rejoin();
  }

  get held(): ReadonlySet<number> {
    return this.#held;
  }

  /** The broker took this member for dead: others may hold by now what it held. */
  get expelled(): boolean {
    return this.#expelled;
  }

  /** What is held and meant for others. */
  surplus(): readonly number[] {
    if (this.#expelled) return [...this.#held];
    return [...this.#held].filter((number) => !this.#granted.includes(number));
  }

  /** After the application dropped the state of these. */
  release(numbers: readonly number[]): void {
    for (const number of numbers) this.#held.delete(number);
    if (this.#expelled) {
      this.#expelled = false;
      this.#member = '';
      this.#generation = -1;
      this.#granted = [];
    }
    this.#rejoin();
  }

  /** Throws, once, what keeps this member out of the group. */
  check(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** Refused when this member is not of the group any more. */
  async commit(positions: readonly Position[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (this.#expelled || this.#closed || this.#member === '') throw this.#stale();
      const generation = this.#generation;
      try {
        return await this.#commitIn(generation, positions);
      } catch (error) {
        const type = typeOf(error);
        if (
          type === 'UNKNOWN_MEMBER_ID' ||
          (type === 'ILLEGAL_GENERATION' && !this.#isChanging(generation))
        ) {
          this.#expel();
          throw this.#stale();
        }
        // Between two generations nothing is taken; what is held stays held in the next.
        const isBetween = type === 'REBALANCE_IN_PROGRESS' || type === 'ILLEGAL_GENERATION';
        if (!isBetween || attempt >= COMMIT_ATTEMPTS) throw failureOf(error);
        await Promise.race([this.#joining, pause(RETRY_MS)]);
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    await this.#options.connection.close();
    const { control, group } = this.#options;
    const memberId = this.#member;
    if (memberId === '' || this.#expelled) return;
    const leaving = control.coordinator(group, (broker) => broker.leaveGroup({ groupId: group, memberId }));
    // Not heard, the broker finds out by itself when the session is over.
    await Promise.race([leaving.catch(() => undefined), pause(LEAVE_MS, false)]);
  }

  async #commitIn(groupGenerationId: number, positions: readonly Position[]): Promise<void> {
    const { control, group } = this.#options;
    await control.coordinator(group, (broker) =>
      broker.offsetCommit({
        groupId: group,
        groupGenerationId,
        memberId: this.#member,
        topics: [...byTopic(positions)].map(([topic, ofTopic]) => ({
          topic,
          partitions: ofTopic.map(({ partition, offset }) => ({ partition, offset: `${offset}` })),
        })),
      }),
    );
  }

  #isChanging(generation: number): boolean {
    return this.#joining !== undefined || this.#generation !== generation;
  }

  #stale(): StaleGenerationError {
    return new StaleGenerationError(`this member is no longer of group '${this.#options.group}'`);
  }

  #expel(): void {
    this.#expelled = true;
    this.#options.onChange();
    // Nothing to hand back first.
    if (this.#held.size === 0) this.release([]);
  }

  async #beat(): Promise<void> {
    if (this.#beating || this.#joining !== undefined || this.#expelled || this.#member === '') return;
    this.#beating = true;
    const { connection, group } = this.#options;
    try {
      await connection.coordinator(group, (broker) =>
        broker.heartbeat({ groupId: group, groupGenerationId: this.#generation, memberId: this.#member }),
      );
    } catch (error) {
      const type = typeOf(error);
      if (type === 'REBALANCE_IN_PROGRESS') this.#rejoin();
      else if (EXPELLED.has(type)) this.#expel();
      // An outage: the session's end decides, and the next beat tells of it.
    } finally {
      this.#beating = false;
    }
  }

  #rejoin(): void {
    if (this.#closed || this.#expelled) return;
    // A change that came while joining is not in what was said: say it again after.
    const before = this.#joining ?? Promise.resolve();
    const mine = before
      .then(() => this.#joinUntilDone())
      .finally(() => {
        if (this.#joining === mine) this.#joining = undefined;
        this.#options.onChange();
      });
    this.#joining = mine;
  }

  async #joinUntilDone(): Promise<void> {
    while (!this.#closed && !this.#expelled) {
      try {
        await this.#options.connection.coordinator(this.#options.group, (broker) => this.#join(broker));
        return;
      } catch (error) {
        if (this.#closed) return;
        const type = typeOf(error);
        if (EXPELLED.has(type)) {
          if (this.#held.size > 0) return this.#expel();
          this.#member = '';
        } else if (type !== 'REBALANCE_IN_PROGRESS') {
          const failure =
            type === 'INCONSISTENT_GROUP_PROTOCOL'
              ? mixedClients(this.#options.group, 'kafkajs', error)
              : failureOf(error);
          this.#failure = failure;
          this.#options.onChange();
          if (!(failure instanceof LogFailure && failure.transient)) return;
        }
        if (type !== 'REBALANCE_IN_PROGRESS') await pause(RETRY_MS);
      }
    }
  }

  async #join(broker: Broker): Promise<void> {
    const { group, topics, codec } = this.#options;
    const claim = JSON.stringify({ held: [...this.#held], generation: this.#generation });
    const joined = await broker.joinGroup({
      groupId: group,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
      memberId: this.#member,
      groupProtocols: [
        {
          name: PROTOCOL,
          metadata: codec.MemberMetadata.encode({ version: 1, topics, userData: Buffer.from(claim) }),
        },
      ],
    });
    this.#member = joined.memberId;
    const isLeader = joined.leaderId === joined.memberId;
    const { memberAssignment } = await broker.syncGroup({
      groupId: group,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: isLeader ? await this.#share(joined.members) : [],
    });
    this.#generation = joined.generationId;
    this.#granted = numbersIn(codec.MemberAssignment.decode(memberAssignment)?.userData);
    for (const number of this.#granted) this.#held.add(number);
    this.#failure = undefined;
  }

  async #share(members: readonly GroupMember[]): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const { codec, connection, topics } = this.#options;
    const counts = new Map<string, number>();
    for (const topic of topics) counts.set(topic, (await connection.count(topic)) ?? 0);
    const claims = members.map(({ memberId, memberMetadata }) =>
      claimOf(memberId, codec.MemberMetadata.decode(memberMetadata).userData),
    );
    return [...assign(claims, Math.max(...counts.values()))].map(([memberId, numbers]) => ({
      memberId,
      memberAssignment: codec.MemberAssignment.encode({
        version: 1,
        // For tools that show a group; members read the numbers.
        assignment: Object.fromEntries(
          topics.map((topic) => [topic, numbers.filter((number) => number < counts.get(topic)!)]),
        ),
        userData: Buffer.from(JSON.stringify(numbers)),
      }),
    }));
  }
}

const EXPELLED = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

function claimOf(member: string, userData: Buffer): Claim {
  const { held, generation } = JSON.parse(userData.toString()) as Omit<Claim, 'member'>;
  return { member, held, generation };
}

function numbersIn(userData: Buffer | undefined): readonly number[] {
  return userData === undefined || userData.length === 0 ? [] : (JSON.parse(userData.toString()) as number[]);
}

/** `lasting`: keeps the process from ending meanwhile. */
function pause(ms: number, lasting = true): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    if (!lasting) timer.unref();
  });
}
