/** `vigie topics`: what is on the log, by topic; creates what is missing when asked to. */
import { createTopics, topicSpecs } from '../topics.ts';
import { partitionsOf } from '../topology/history.ts';
import { type LogChoice, openLog } from './log.ts';

export interface TopicsOptions {
  readonly log: LogChoice;
  readonly create: boolean;
  readonly partitions?: number;
  readonly replication?: number;
  readonly json: boolean;
}

/** Exit codes: 0 every topic exists, 1 some are missing. */
export async function topics(options: TopicsOptions): Promise<number> {
  const { log, close } = await openLog(options.log);
  try {
    const created = options.create ? await createTopics(log, options) : [];
    const rows = await Promise.all(
      topicSpecs(options).map(async ({ topic, retentionMs }) => {
        const partitions = await log.partitionCount(topic);
        const ends = await Promise.all(
          partitionsOf(topic, partitions ?? 0).map(
            async (at) => (await log.endOffset(at)) - (await log.firstOffset(at)),
          ),
        );
        const made = created.find((spec) => spec.topic === topic);
        return {
          topic,
          partitions: partitions ?? null,
          records: ends.reduce((sum, one) => sum + one, 0),
          retentionHours: retentionMs === undefined ? null : retentionMs / 3_600_000,
          created: made !== undefined,
          replication: made?.replication ?? null,
        };
      }),
    );
    if (options.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
    else for (const row of rows) process.stdout.write(`${line(row)}\n`);
    return rows.every(({ partitions }) => partitions !== null) ? 0 : 1;
  } finally {
    await close();
  }
}

interface Row {
  readonly topic: string;
  readonly partitions: number | null;
  readonly records: number;
  readonly retentionHours: number | null;
  readonly created: boolean;
  /** With how many copies it was created; null: as the brokers have it by default. */
  readonly replication: number | null;
}

function line({ topic, partitions, records, retentionHours, created, replication }: Row): string {
  if (partitions === null) return `${topic.padEnd(18)} missing; create it with: vigie topics --create`;
  const kept = retentionHours === null ? 'kept for ever' : `kept ${retentionHours} h`;
  const copies = replication === null ? '' : `, replication ${replication}`;
  const done = created ? `  created${copies}` : '';
  return `${topic.padEnd(18)} ${String(partitions).padStart(3)} partitions ${String(records).padStart(9)} records  ${kept}${done}`;
}
