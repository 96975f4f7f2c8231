import { useMemo } from 'preact/hooks';
import type { StatisticsRow } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { Plot } from '../ui/plot.tsx';
import { count, percent } from './format.ts';
import type { Range } from './range.ts';
import { trendOf } from './trend.ts';
import { useStatisticsWords } from './words.ts';

const HEIGHT_PX = 132;

export function TrendPlots({
  rows,
  range,
}: {
  readonly rows: readonly StatisticsRow[];
  readonly range: Range;
}) {
  const words = useStatisticsWords();
  const { language } = usePreferences();
  const { atMs, raised, precision } = useMemo(() => trendOf(rows, range), [rows, range]);
  const mean = raised.reduce((sum, one) => sum + one, 0) / Math.max(1, raised.length);
  const last = precision.findLast((one) => one !== undefined);
  return (
    <div class="stats-trend">
      <figure class="panel">
        <figcaption>{words.trend.raised}</figcaption>
        <Plot
          label={words.trend.raisedLabel(count(language, Math.max(...raised)), count(language, mean, 1))}
          {...{ atMs, values: raised, height: HEIGHT_PX }}
        />
      </figure>
      <figure class="panel">
        <figcaption>{words.trend.precision}</figcaption>
        <Plot
          label={words.trend.precisionLabel(
            last === undefined ? words.noneRead : percent(language, last / 100),
          )}
          {...{ atMs, values: precision, height: HEIGHT_PX }}
        />
      </figure>
    </div>
  );
}
