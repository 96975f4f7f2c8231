/** Commands that ask a server: what was verified, what is measured now and watched for, how the installation does. */
import { type Command, command, type Done, gather, jsonOption, sinceMs, wholeNumber } from './command.ts';
import { serverOption } from './identities.ts';

export function lookCommands(vigie: Command, done: Done): void {
  command(
    vigie,
    'events [id]',
    'list verified events as they stand, or show one in full',
    [
      'vigie events                                    the 50 that were verified last',
      'vigie events --since 2h --state verified --state updated',
      'vigie events gare/quai-a/1795488520091/one-way/92',
      'vigie events --json --limit 1000 | jq .event.candidate.type',
    ],
    [serverOption, jsonOption],
  )
    .option('--site <id>', 'only this site (repeatable)', gather, [])
    .option('--camera <id>', 'only this camera (repeatable)', gather, [])
    .option('--place <id>', 'only this zone or line (repeatable)', gather, [])
    .option('--type <event>', 'only this type of event (repeatable)', gather, [])
    .option('--severity <least>', 'only this severe and worse')
    .option('--state <state>', 'only verified, updated, ended or retracted ones (repeatable)', gather, [])
    .option('--since <when>', 'verified at this time or later: 2h (ago), 2026-11-24T08:00', sinceMs)
    .option('--until <when>', 'verified before', sinceMs)
    .option('--oldest-first', 'the oldest first', false)
    .option('--limit <n>', 'most events that are listed (default 50)', wholeNumber)
    .action(async (id: string | undefined, words) => {
      const { events } = await import('../operate/events.ts');
      done(await events(id, words));
    });

  command(
    vigie,
    'statistics',
    'what of the claims was true and how long deciding took, by camera and rule',
    ['vigie statistics', 'vigie statistics --since 168h', 'vigie statistics --json >> statistics.jsonl'],
    [serverOption, jsonOption],
  )
    .option('--site <id>', 'only this site (repeatable)', gather, [])
    .option('--since <when>', 'claimed on this day or later: 168h (ago), 2026-11-24', sinceMs)
    .option('--until <when>', 'claimed before', sinceMs)
    .action(async (words) => {
      const { statistics } = await import('../operate/statistics.ts');
      done(await statistics(words));
    });

  command(
    vigie,
    'watch',
    'what is measured now: people, density and flow by zone',
    [
      'vigie watch',
      'vigie watch --camera quai-a-01 --zone platform',
      'vigie watch --json | jq .observation.zones',
    ],
    [serverOption, jsonOption],
  )
    .option('--site <id>', 'only this site (repeatable)', gather, [])
    .option('--camera <id>', 'only this camera (repeatable)', gather, [])
    .option('--zone <id>', 'only this zone (repeatable)', gather, [])
    .option('--count <n>', 'end after n observations', wholeNumber)
    .action(async (words) => {
      const { watch } = await import('../operate/watch.ts');
      done(await watch(words));
    });

  command(
    vigie,
    'status',
    'how an installation does: cameras, frames a second, lag, what waits, who listens',
    ['vigie status', 'vigie status --follow', 'vigie status --json | jq .lagRecords'],
    [serverOption, jsonOption],
  )
    .option('--follow', 'again every second, until stopped', false)
    .action(async (words) => {
      const { installation } = await import('../operate/installation.ts');
      done(await installation(words));
    });

  command(
    vigie,
    'setups <of>',
    'what the cameras of SITE, or SITE/CAMERA, watch for: as the site file says, or as somebody set it',
    ['vigie setups gare', 'vigie setups gare/quai-a', 'vigie setups gare/quai-a --versions'],
    [serverOption, jsonOption],
  )
    .option('--versions', 'every version of one camera, the newest first', false)
    .action(async (of: string, words) => {
      const { setups } = await import('../operate/setups.ts');
      done(await setups(of, words));
    });
}
