import { CallFailed } from '../calls.ts';
import { useZonesWords } from './words.ts';

/** What went wrong, in the reader's words where the code has some. */
export function useFailure(): (error: unknown) => string {
  const { failures } = useZonesWords();
  return (error) => {
    if (!(error instanceof CallFailed)) return String(error);
    const known: Readonly<Record<string, string>> = failures;
    return (Object.hasOwn(known, error.code) ? known[error.code] : undefined) ?? error.message;
  };
}
