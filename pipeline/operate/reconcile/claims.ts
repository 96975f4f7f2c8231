/** Claims against frames: derived ids, every revision once and with one content, one claim at a time per rule. */
import { partitionFor } from '../../log/partition.ts';
import { type Candidate, cameraKey, candidateId } from '../../model.ts';
import { canonical, type History, type Said, type Session } from './history.ts';
import type { Violation } from './violation.ts';

export interface Claims {
  /** Record with the highest revision, by candidate id. */
  readonly last: ReadonlyMap<string, Said<Candidate>>;
  readonly violations: readonly Violation[];
}

export function claimFaults({ candidates, sessions, partitions }: History): Claims {
  const violations: Violation[] = [];
  const fail = (code: string, at: string, message: string) => violations.push({ code, at, message });
  const byId = new Map<string, Said<Candidate>[]>();
  for (const said of candidates) {
    const { id } = said.value;
    const known = byId.get(id);
    if (known === undefined) byId.set(id, [said]);
    else known.push(said);
  }
  const known = new Map(sessions.map((session) => [sessionKey(session), session]));
  const last = new Map<string, Said<Candidate>>();
  for (const [id, records] of byId) {
    const { value, partition } = records[0]!;
    const derived = candidateId(value, value.rule, value.beganFrame);
    if (id !== derived)
      fail('claim_id_not_derived', id, `expected '${derived}' from what the claim says of itself`);
    const home = partitionFor(cameraKey(value.site, value.camera), partitions);
    if (partition !== home)
      fail('claim_misplaced', id, `in partition ${partition}, its camera is in ${home}`);
    const session = known.get(sessionKey(value));
    // Below the first it may have been there: frames are kept for a day, claims for a year.
    if (session !== undefined && value.beganFrame > session.last) {
      fail(
        'claim_without_frame',
        id,
        `began at frame ${value.beganFrame}, the last on the log is ${session.last}`,
      );
    }
    last.set(id, revisions(id, records, fail));
  }
  overlaps(last, fail);
  return { last, violations };
}

function sessionKey({ site, camera, epoch }: Pick<Session, 'site' | 'camera' | 'epoch'>): string {
  return `${site}/${camera}/${epoch}`;
}

type Fail = (code: string, at: string, message: string) => void;

/** Returns the last. A repeat is harmless when it says the same; a gap means that a record was lost. */
function revisions(id: string, records: readonly Said<Candidate>[], fail: Fail): Said<Candidate> {
  const byRevision = new Map<number, Said<Candidate>>();
  let last = records[0]!;
  let ended: Said<Candidate> | undefined;
  let newest = -1;
  for (const said of records) {
    const { revision, phase } = said.value;
    const before = byRevision.get(revision);
    if (before === undefined) {
      if (revision < newest)
        fail('claim_out_of_order', id, `revision ${revision} came first after revision ${newest}`);
      byRevision.set(revision, said);
    } else if (before.value.build === said.value.build && canonical(before.value) !== canonical(said.value)) {
      const places = `at offsets ${before.offset} and ${said.offset}`;
      fail('claim_says_two_things', id, `revision ${revision} has two contents, ${places}`);
    }
    newest = Math.max(newest, revision);
    if (revision > last.value.revision) last = said;
    if (phase === 'end') ended ??= said;
  }
  const least = Math.min(...byRevision.keys());
  const missing = last.value.revision - least + 1 - byRevision.size;
  if (missing > 0)
    fail('claim_revision_missing', id, `${missing} of revisions ${least} to ${last.value.revision}`);
  if (ended !== undefined && last.value.revision > ended.value.revision) {
    fail(
      'claim_after_end',
      id,
      `ended with revision ${ended.value.revision}, went on to ${last.value.revision}`,
    );
  }
  return last;
}

/** Two claims of one rule that overlap are one happening under two ids. */
function overlaps(last: ReadonlyMap<string, Said<Candidate>>, fail: Fail): void {
  const byRule = new Map<string, Candidate[]>();
  for (const { value } of last.values()) {
    const key = JSON.stringify([value.site, value.camera, value.epoch, value.rule]);
    byRule.set(key, [...(byRule.get(key) ?? []), value]);
  }
  for (const claims of byRule.values()) {
    claims.sort((a, b) => a.beganFrame - b.beganFrame);
    for (let i = 1; i < claims.length; i++) {
      const [earlier, later] = [claims[i - 1]!, claims[i]!];
      if (later.beganFrame < earlier.frame) {
        const until = `goes on to frame ${earlier.frame}`;
        fail(
          'claim_doubled',
          later.id,
          `began at frame ${later.beganFrame} while '${earlier.id}' of the same rule ${until}`,
        );
      }
    }
  }
}
