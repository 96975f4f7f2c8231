#!/usr/bin/env node
/**
 * The `vigie` command: its words are in `commands/`, `operate/` does the work. What does the work is loaded by the command
 * that is given, so that help, and a server that is asked, are there at once.
 */
import {
  BAD_INPUT,
  type Command,
  CommanderError,
  type Done,
  EXIT_CODES,
  FAILED,
  OK,
  topCommand,
} from './commands/command.ts';
import { consoleCommand } from './commands/console.ts';
import { explain } from './commands/explain.ts';
import { identityCommands } from './commands/identities.ts';
import { lookCommands } from './commands/look.ts';
import { peopleCommands } from './commands/people.ts';
import { recordCommands } from './commands/records.ts';
import { siteCommands } from './commands/sites.ts';
import { release } from './topology/build.ts';

function program(done: Done): Command {
  const vigie = topCommand('vigie')
    .description(
      'Watches the cameras of a rail network for eight kinds of dangerous event, puts each before a human agent, ' +
        'and passes on to subscribers only what an agent has confirmed.',
    )
    .version(release(), '-V, --version')
    .addHelpText(
      'after',
      `
Examples:
  vigie start                       a rendered demo station, everything in one process
  vigie run station.yaml            watch the cameras of a site
  vigie review                      what waits for an agent, and what the agent decides
  vigie subscribe                   verified events as they come
  vigie events                      what was verified, as it stands
  vigie watch                       what is measured now
  vigie status                      how the installation does

More than one machine, over Kafka, any number of each:
  vigie topics --log kafka --create  once
  vigie ingest station.yaml --share 1/2
  vigie worker station.yaml
  vigie serve station.yaml
  vigie console                      for browsers, beside any server
${EXIT_CODES}`,
    );
  siteCommands(vigie, done);
  consoleCommand(vigie, done);
  peopleCommands(vigie, done);
  lookCommands(vigie, done);
  recordCommands(vigie, done);
  identityCommands(vigie, done);
  return vigie;
}

async function main(): Promise<number> {
  let exitCode = OK;
  const vigie = program((code) => {
    exitCode = code;
  });
  vigie.exitOverride();
  for (const one of vigie.commands) for (const each of [one, ...one.commands]) each.exitOverride();
  try {
    if (process.argv.length <= 2) vigie.help({ error: true });
    await vigie.parseAsync(process.argv);
    return exitCode;
  } catch (error) {
    // Help that was asked for, and words that are none: commander has said what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : BAD_INPUT;
    return explain(error);
  }
}

// What was written must be out before the process ends; a broken pipe (| head) is nobody's mistake.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? OK : FAILED),
);
// Nothing that goes wrong far from any caller ends as a stack trace on a user's screen.
process.on('uncaughtException', (error) => process.exit(explain(error)));
process.exitCode = await main();
