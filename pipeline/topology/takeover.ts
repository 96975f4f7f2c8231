/** Takes a partition over: from its last owner's checkpoint where there is one, and from what is open on the log. */
import { type CameraCheckpoint, decodeCandidate } from '../../proto/messages.ts';
import type { Log, LogRecord } from '../log/port.ts';
import type { Candidate } from '../model.ts';
import type { Setups } from '../setup/setups.ts';
import type { Rule, Site } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import type { Chain } from './chain.ts';
import { findCheckpoint } from './checkpoints.ts';
import { readThrough } from './history.ts';
import { Orphans } from './orphans.ts';
import type { Tally } from './tally.ts';

export interface TakeOverOptions {
  readonly log: Log;
  readonly site: Site;
  readonly group: string;
  readonly tally: Tally;
  /** As far as `rail.rules` goes. */
  readonly setups: Setups;
}

/** Puts what is found into `chain`, says in the tally what was found, and returns the claims. */
export async function takeOver(partition: number, chain: Chain, options: TakeOverOptions): Promise<Orphans> {
  const { log, site, group, tally } = options;
  const found = await findCheckpoint(log, group, partition);
  const claims = { open: [] as Candidate[], orphaned: [] as Candidate[] };
  let from = 0;
  if (found.kind === 'found') {
    from = found.seal.candidatesOffset;
    const unfit = restore(chain, found.cameras, options, claims);
    if (unfit > 0) tally.refuse('checkpoint_unfit', unfit);
    const { missed, cameras } = found;
    tally.restored.set(partition, { kind: 'restored', cameras: cameras.length, unfit, missed });
  } else {
    const why = found.kind === 'unfit' ? `the checkpoint ${found.detail}` : undefined;
    if (found.kind === 'unfit') tally.refuse(found.code);
    const fresh = { kind: 'fresh', cameras: 0, unfit: 0, missed: 0 } as const;
    tally.restored.set(partition, why === undefined ? fresh : { ...fresh, why });
  }
  const since: Candidate[] = [];
  await readThrough(log, [{ topic: TOPICS.candidates, partition, offset: from }], (record) => {
    const candidate = ours(record, site);
    if (candidate !== undefined) since.push(candidate);
  });
  return new Orphans(found.kind === 'found' ? await withoutEnded(since) : since, claims);

  /**
   * An owner that was taken for dead and did not know it may have said something of a claim that ended before the
   * checkpoint. It speaks of a frame that the restored state has had, and of no claim that was open then: only such
   * records make the log before the checkpoint worth reading. Ends are looked for and not inferred from the frame
   * alone, because that owner may have had another state, whose claims nobody else would end.
   */
  async function withoutEnded(records: readonly Candidate[]): Promise<readonly Candidate[]> {
    const open = new Set([...claims.open, ...claims.orphaned].map(({ id }) => id));
    const belated = new Set(
      records
        .filter(({ camera, epoch, frame }) => !chain.admit.isAhead({ camera, epoch, number: frame }))
        .map(({ id }) => id)
        .filter((id) => !open.has(id)),
    );
    if (belated.size === 0) return records;
    const ended = new Set<string>();
    await readThrough(log, [{ topic: TOPICS.candidates, partition }], (record) => {
      const candidate = record.offset < from ? ours(record, site) : undefined;
      if (candidate?.phase === 'end' && belated.has(candidate.id)) ended.add(candidate.id);
    });
    return records.filter(({ id }) => !ended.has(id));
  }
}

/** Returns how many cameras did not fit whole. Claims that no rule machine goes on with are left to be ended. */
function restore(
  chain: Chain,
  cameras: readonly CameraCheckpoint[],
  { setups, tally }: TakeOverOptions,
  claims: { readonly open: Candidate[]; readonly orphaned: Candidate[] },
): number {
  let count = 0;
  for (const saved of cameras) {
    // Under the setup under which it was saved: the frames that come next say when another holds.
    const inForce = setups.version(saved.camera, saved.setup ?? 0);
    const camera = inForce?.camera;
    if (inForce !== undefined) chain.use(inForce);
    if (camera !== undefined) tally.setUp(camera);
    const unfit = camera === undefined ? ['camera'] : chain.restore(saved);
    if (camera !== undefined && unfit.length > 0) count += 1;
    const goesOn = ({ rule, type, place }: Candidate) =>
      saved.detect !== undefined &&
      !unfit.some((part) => part !== 'measure' && part !== 'observations') &&
      camera?.rules.some((known) => known.id === rule && known.event === type && placeOf(known) === place);
    for (const claim of saved.open) (goesOn(claim) ? claims.open : claims.orphaned).push(claim);
    claims.orphaned.push(...saved.orphaned);
  }
  return count;
}

function placeOf(rule: Rule): string | undefined {
  if ('zone' in rule) return rule.zone;
  return 'line' in rule ? rule.line : undefined;
}

/** What cannot be read here is put aside by review, which reads every candidate. */
function ours(record: LogRecord, site: Site): Candidate | undefined {
  try {
    const candidate = decodeCandidate(record.value);
    return candidate.site === site.id ? candidate : undefined;
  } catch {
    return undefined;
  }
}
