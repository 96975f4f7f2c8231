/**
 * Who reads which partition numbers, decided by the group's leader. A number is one share: partition n of all topics of
 * the group goes to one member. A member keeps what it holds until it has said that it let go (as Kafka's cooperative
 * protocol, KIP-429), so no two members ever hold one number, and a member that stays loses no state it need not lose.
 */
export interface Claim {
  readonly member: string;
  /** Numbers that the member holds until it is told otherwise. */
  readonly held: readonly number[];
  /** The generation in which it was given them: of two claims the younger holds. */
  readonly generation: number;
}

/** Every number is given to at most one member; those that must move are given to nobody until their holder let go. */
export function assign(claims: readonly Claim[], count: number): Map<string, number[]> {
  const holders = new Map<number, Claim>();
  for (const claim of claims) {
    for (const number of claim.held) {
      const other = holders.get(number);
      if (number < count && (other === undefined || isYounger(claim, other))) holders.set(number, claim);
    }
  }
  const heldBy = new Map<string, number[]>(claims.map(({ member }) => [member, []]));
  for (let number = 0; number < count; number++) {
    const holder = holders.get(number);
    if (holder !== undefined) heldBy.get(holder.member)!.push(number);
  }
  // The uneven rest goes to who holds most: the fewest numbers move.
  const members = [...heldBy.keys()].sort(
    (a, b) => heldBy.get(b)!.length - heldBy.get(a)!.length || (a < b ? -1 : 1),
  );
  const least = Math.floor(count / Math.max(1, members.length));
  const withOneMore = count % Math.max(1, members.length);
  const free = Array.from({ length: count }, (_, number) => number).filter((number) => !holders.has(number));
  const given = new Map<string, number[]>();
  members.forEach((member, rank) => {
    const quota = least + (rank < withOneMore ? 1 : 0);
    const kept = heldBy.get(member)!.slice(0, quota);
    given.set(member, [...kept, ...free.splice(0, quota - kept.length)]);
  });
  return given;
}

function isYounger(a: Claim, b: Claim): boolean {
  return a.generation !== b.generation ? a.generation > b.generation : a.member < b.member;
}
