/**
 * A second process on an embedded log, for the tests that need one: to be killed, to be tailed, to hold partitions.
 *
 *   node child.js append DIRECTORY SEED    appends for ever, prints `ack CALL OFFSET,OFFSET,...` once durable
 *   node child.js hold DIRECTORY GROUP     joins the group, prints `owns N`, then only keeps its lease
 *   node child.js fill DIRECTORY           appends 64 KB records until refused, prints the code, tries a small one again
 */
import { writeSync } from 'node:fs';
import { openEmbeddedLog } from '../../../pipeline/log/embedded/embedded.ts';
import { LogFailure } from '../../../pipeline/log/port.ts';
import { callValue, randomOf } from './values.ts';

const [mode, directory, argument] = process.argv.slice(2);
const log = await openEmbeddedLog({ directory: directory! });

// writeSync: a line that was printed is out before the process can be killed.
const say = (line: string) => writeSync(1, `${line}\n`);

if (mode === 'append') {
  const random = randomOf(Number(argument));
  for (let call = 0; ; call++) {
    const size = 1 + Math.floor(random() * 8);
    const records = Array.from({ length: size }, (_, i) => ({
      topic: 't',
      partition: i % 2,
      value: callValue(Number(argument), call, i, size),
    }));
    const offsets = await log.append(records);
    say(`ack ${call} ${offsets.join(',')}`);
  }
}

if (mode === 'hold') {
  const consumer = await log.consumer({ group: argument!, topics: ['t'] });
  for (;;) {
    await consumer.read(1, 200);
    say(`owns ${consumer.assigned().length}`);
  }
}

if (mode === 'fill') {
  const value = new Uint8Array(65_536);
  let appended = 0;
  try {
    for (; appended < 100_000; appended++) await log.append([{ topic: 't', partition: 0, value }]);
  } catch (error) {
    const { code, message } =
      error instanceof LogFailure ? error : { code: 'uncoded', message: String(error) };
    say(`refused ${code} after ${appended}: ${message}`);
  }
  say(`end ${await log.endOffset({ topic: 't', partition: 0 })}`);
  await log.close();
  say('closed');
}
