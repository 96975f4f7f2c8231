import { shortTime } from './format.ts';
import type { Within } from './summary.ts';
import { useStatisticsWords } from './words.ts';

export function WithinTime({ within }: { readonly within: Within }) {
  const words = useStatisticsWords();
  if (within.kind === 'none')
    return (
      <>
        <span aria-hidden="true">{words.none}</span>
        <span class="hidden-but-read">{words.noneRead}</span>
      </>
    );
  const time = shortTime(within.seconds);
  return <>{within.kind === 'beyond' ? words.beyond(time) : words.within(time)}</>;
}
