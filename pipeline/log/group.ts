/**
 * A consumer group as plain data, and the few changes it knows. The memory and the embedded log keep one such value
 * per group and apply these functions inside a transaction, so members in one process and in several agree.
 *
 * Hand-over is cooperative: the goal says who should own a partition, `owners` says who does. A member that should
 * give one up keeps it until its next read; only then is it free for the member that should have it. Every change
 * raises `version`, which is what members compare to see that there is something to do.
 *
 * Partition n of all topics of a group has one owner, so a fold over two topics with the same keys sees both halves.
 */
import { type Position, StaleGenerationError, type TopicPartition } from './port.ts';

export interface GroupMember {
  readonly topics: readonly string[];
  /** The member is taken for dead after this time. */
  readonly leaseUntilMs: number;
  /** Where the member runs: a process that has gone is seen at once, before its lease ends. */
  readonly host: string;
  readonly pid: number;
}

export interface GroupState {
  version: number;
  readonly members: Record<string, GroupMember>;
  /** 'topic/partition' to member id. */
  readonly owners: Record<string, string>;
}

export function emptyGroup(): GroupState {
  return { version: 0, members: {}, owners: {} };
}

/** Topic names hold no '/', so the text is unique. */
export function placeOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}

export function placeFrom(text: string): TopicPartition {
  const slash = text.lastIndexOf('/');
  return { topic: text.slice(0, slash), partition: Number(text.slice(slash + 1)) };
}

export function join(state: GroupState, id: string, member: GroupMember): void {
  state.members[id] = member;
  state.version++;
}

export function renew(state: GroupState, id: string, leaseUntilMs: number): void {
  const member = state.members[id];
  if (member !== undefined) state.members[id] = { ...member, leaseUntilMs };
}

export function leave(state: GroupState, id: string): void {
  if (state.members[id] === undefined) return;
  delete state.members[id];
  for (const [place, owner] of Object.entries(state.owners)) if (owner === id) delete state.owners[place];
  state.version++;
}

export function expire(state: GroupState, isDead: (member: GroupMember) => boolean): void {
  for (const [id, member] of Object.entries(state.members)) if (isDead(member)) leave(state, id);
}

export function release(state: GroupState, id: string, places: readonly string[]): void {
  for (const place of places) {
    if (state.owners[place] !== id) continue;
    delete state.owners[place];
    state.version++;
  }
}

/** Takes what the goal gives this member and nobody holds any more; returns what was taken. */
export function take(state: GroupState, id: string, goal: ReadonlyMap<string, string>): string[] {
  const taken: string[] = [];
  for (const [place, owner] of goal) {
    if (owner !== id || state.owners[place] !== undefined) continue;
    state.owners[place] = id;
    state.version++;
    taken.push(place);
  }
  return taken;
}

/**
 * Refuses a commit for a partition number that another member may own by now. In a topic that the group does not read,
 * the number is whose who holds that number in any topic of the group.
 */
export function fence(state: GroupState, id: string, positions: readonly Position[]): void {
  const numbers = new Set<number>();
  for (const [place, owner] of Object.entries(state.owners)) {
    if (owner === id) numbers.add(placeFrom(place).partition);
  }
  for (const at of positions) {
    const owner = state.owners[placeOf(at)];
    const isRead = Object.values(state.members).some(({ topics }) => topics.includes(at.topic));
    if (owner === id || (!isRead && numbers.has(at.partition))) continue;
    const now = owner === undefined ? 'this member does not hold it' : 'another member holds it';
    throw new StaleGenerationError(
      `commit of ${placeOf(at)} at ${at.offset} refused: ${now} (group version ${state.version})`,
    );
  }
}

/**
 * Who should own what. Balanced to within one partition number per member, moves as few as it can, and depends on
 * nothing but the state, so every member computes the same.
 */
export function goal(state: GroupState, countOf: (topic: string) => number): Map<string, string> {
  const ids = Object.keys(state.members).sort();
  const topics = [...new Set(ids.flatMap((id) => [...state.members[id]!.topics]))].sort();
  const bySubscribers = new Map<string, { ids: string[]; topics: string[] }>();
  for (const topic of topics) {
    const readers = ids.filter((id) => state.members[id]!.topics.includes(topic));
    const set = bySubscribers.get(readers.join(' ')) ?? { ids: readers, topics: [] };
    set.topics.push(topic);
    bySubscribers.set(readers.join(' '), set);
  }
  const result = new Map<string, string>();
  for (const set of bySubscribers.values()) {
    const count = Math.max(...set.topics.map(countOf));
    const owner = share(count, set.ids, (n) => set.topics.map((topic) => state.owners[`${topic}/${n}`]));
    for (const topic of set.topics) {
      for (let n = 0; n < countOf(topic); n++) result.set(`${topic}/${n}`, owner[n]!);
    }
  }
  return result;
}

function share(
  count: number,
  ids: readonly string[],
  holders: (n: number) => readonly (string | undefined)[],
): string[] {
  const least = Math.floor(count / ids.length);
  let mayHoldOneMore = count % ids.length;
  const held = new Map(ids.map((id) => [id, 0]));
  const owner: string[] = [];
  const give = (n: number, id: string): boolean => {
    const has = held.get(id);
    if (has === undefined || has > least || (has === least && mayHoldOneMore === 0)) return false;
    if (has === least) mayHoldOneMore--;
    held.set(id, has + 1);
    owner[n] = id;
    return true;
  };
  const open: number[] = [];
  for (let n = 0; n < count; n++) {
    const holder = holders(n).find((id) => id !== undefined);
    if (holder === undefined || !give(n, holder)) open.push(n);
  }
  for (const n of open) {
    const fewestFirst = [...ids].sort((a, b) => held.get(a)! - held.get(b)! || (a < b ? -1 : 1));
    fewestFirst.some((id) => give(n, id));
  }
  return owner;
}
