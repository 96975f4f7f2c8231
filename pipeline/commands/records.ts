/** Commands about what is on the log, and about how well the whole does. */
import { fault, InputError } from '../errors.ts';
import { evaluate } from '../operate/evaluate/evaluate.ts';
import { topics } from '../operate/topics.ts';
import { type Command, command, type Done, jsonOption, OK, wholeNumber } from './command.ts';
import { logFrom, logOptions } from './log-words.ts';

interface EvaluateWords {
  readonly clip?: string;
  readonly json?: string;
  readonly scenes?: number;
  readonly hours?: number;
  readonly seed?: number;
}

export function recordCommands(vigie: Command, done: Done): void {
  command(
    vigie,
    'topics',
    'list the topics of the log, or create them',
    [
      'vigie topics --log kafka --brokers 127.0.0.1:9092 --create --partitions 32 --replication 3',
      'vigie topics --json',
    ],
    [logOptions, jsonOption],
  )
    .option('--create', 'create what is missing', false)
    .option('--partitions <n>', 'of the topics that go by camera (default 8)', wholeNumber)
    .option('--replication <n>', 'Kafka only', wholeNumber)
    .action(async (words) => done(await topics({ ...words, log: logFrom(words) })));

  command(
    vigie,
    'evaluate [dir]',
    'run clips that have ground truth, or rendered scenes, through the real path and score the result',
    [
      'vigie evaluate ../shared/data',
      'vigie evaluate ../shared/data --clip pets09_s2l1 --json out.json',
      'vigie evaluate --scenes 100 --hours 10 --seed 5000',
    ],
    [],
  )
    .option('--clip <name>', 'only this clip')
    .option('--json <file>', 'write the result of the clips, in full')
    .option('--scenes <n>', 'render n scenes per event type', wholeNumber)
    .option('--hours <n>', 'with --scenes: camera-hours without events (default 1)', wholeNumber)
    .option('--seed <n>', 'with --scenes: the first seed (default 1)', wholeNumber)
    .action(async (directory: string | undefined, words: EvaluateWords) => {
      if (words.scenes === undefined && directory === undefined)
        throw new InputError([fault('nothing_to_evaluate', 'dir', 'expected a directory, or --scenes')]);
      let code = OK;
      if (directory !== undefined) code = await evaluate(directory, words);
      if (words.scenes !== undefined) {
        const { evaluateScenes } = await import('../operate/evaluate/scenes.ts');
        const { scenes, hours = 1, seed = 1 } = words;
        code = Math.max(code, await evaluateScenes({ scenes, hours, seed }));
      }
      done(code);
    });
}
