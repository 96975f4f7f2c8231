/** Commands for people: agents who decide, subscribers who listen. */
import { REJECT_REASONS } from '../model.ts';
import { type Command, command, type Done, gather, jsonOption, Option, wholeNumber } from './command.ts';
import { serverOption } from './identities.ts';

export function peopleCommands(vigie: Command, done: Done): void {
  command(
    vigie,
    'review',
    'what waits for an agent, and what the agent decides',
    [
      'vigie review                                    look and decide, one candidate after the other',
      'vigie review --list                             only list what waits',
      'vigie review --confirm REF --agent "A. Martin"   decide one',
      'vigie review --reject REF --reason false --agent "A. Martin"',
    ],
    [serverOption, jsonOption],
  )
    .addOption(
      new Option('--agent <name>', 'who decides, where no token or certificate says it').env('VIGIE_AGENT'),
    )
    .option('--list', 'list what waits and end', false)
    .option('--all', 'list what is decided too', false)
    .option('--confirm <ref>', 'confirm this candidate; a ref or an id, as the list prints them')
    .option('--reject <ref>', 'reject it')
    .addOption(new Option('--reason <code>', 'with --reject: why').choices(REJECT_REASONS))
    .option('--claim <ref>', 'keep it from other agents for a minute')
    .option('--release <ref>', 'give a claim back')
    .option('--reverse <ref>', 'take back what was decided')
    .option('--note <text>', 'a sentence kept with the verdict')
    .action(async (words) => {
      const { review } = await import('../operate/review.ts');
      done(await review(words));
    });

  command(
    vigie,
    'subscribe',
    'print verified events as they come',
    [
      'vigie subscribe',
      'vigie subscribe --from-start --type density --type wrong_way',
      'vigie subscribe --json >> events.jsonl',
    ],
    [serverOption, jsonOption],
  )
    .option('--from-start', 'begin with the oldest event that is kept', false)
    .option('--resume <token>', 'go on after the message that carried this token (hex)')
    .option('--token-file <file>', 'go on where this file says, and keep it up to date')
    .option('--site <id>', 'only this site (repeatable)', gather, [])
    .option('--camera <id>', 'only this camera (repeatable)', gather, [])
    .option('--type <event>', 'only this type of event (repeatable)', gather, [])
    .option('--place <id>', 'only this zone or line (repeatable)', gather, [])
    .option('--severity <least>', 'only this severe and worse')
    .option('--from <time>', 'only what was decided since: 2026-11-24 or 2026-11-24T14:00')
    .option('--until <time>', 'only what was decided before')
    .option('--camera-states', 'also say how well the cameras see', false)
    .option('--count <n>', 'end after n events', wholeNumber)
    .action(async (words) => {
      const { subscribe } = await import('../operate/subscribe.ts');
      done(await subscribe(words));
    });
}
