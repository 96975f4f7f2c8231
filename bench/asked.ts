/** What a benchmark was asked for on its command line: `--help` tells, wrong words are refused as the other commands do. */
import { BAD_INPUT, type Command, OK, topCommand } from '../pipeline/commands/command.ts';

/** Ends the process after `--help` and after wrong words. */
export function asked<T extends object>(
  name: string,
  does: string,
  add: (command: Command) => Command,
  argv: readonly string[] = process.argv,
): { readonly values: T; readonly words: readonly string[] } {
  const command = add(topCommand(`npm run ${name} --`).description(does)).exitOverride(({ exitCode }) =>
    process.exit(exitCode === 0 ? OK : BAD_INPUT),
  );
  command.parse(argv);
  return { values: command.opts<T>(), words: command.args };
}
