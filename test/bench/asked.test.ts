/** The command lines of the benchmarks. */
import { afterEach, expect, it, vi } from 'vitest';
import { asked } from '../../bench/asked.ts';
import { wholeNumber } from '../../pipeline/commands/command.ts';

afterEach(() => vi.restoreAllMocks());

/** What is asked by these words, what is printed, and the exit code where the process ends by it. */
function ask(...words: string[]) {
  let printed = '';
  const write = (text: string | Uint8Array) => {
    printed += `${text}`;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`ended with ${code}`);
  });
  const said = () =>
    asked(
      'bench',
      'what things cost',
      (command) =>
        command.argument('[word...]', 'only these').option('--rounds <n>', 'turns', wholeNumber, 5),
      ['node', 'bench', ...words],
    );
  try {
    return { said: said(), printed };
  } catch (error) {
    return { ended: (error as Error).message, printed };
  }
}

it('are words and values', () => {
  expect(ask().said).toEqual({ values: { rounds: 5 }, words: [] });
  expect(ask('--rounds', '2', 'flow', 'log').said).toEqual({ values: { rounds: 2 }, words: ['flow', 'log'] });
});

it('are explained by --help', () => {
  const { ended, printed } = ask('--help');
  expect(ended).toBe('ended with 0');
  expect(printed).toMatch(
    /Usage: npm run bench -- \[options\] \[word\.\.\.\][\s\S]*what things cost[\s\S]*--rounds <n>/,
  );
});

it.each([
  [['--nope'], /usage: unknown option '--nope'/],
  [['--rounds', 'many'], /bad_option: --rounds: 'many', expected a whole number/],
])('are refused when they are wrong: %j', (words, says) => {
  const { ended, printed } = ask(...words);
  expect(ended).toBe('ended with 2');
  expect(printed).toMatch(says);
});
