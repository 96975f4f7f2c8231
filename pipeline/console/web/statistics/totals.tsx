import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { StatisticsRow } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { count, percent } from './format.ts';
import { FEW, judged, perCameraDay, precision, quantile, sumOf } from './summary.ts';
import { WithinTime } from './within.tsx';
import { useStatisticsWords } from './words.ts';

interface TotalsProps {
  readonly rows: readonly StatisticsRow[];
  readonly days: number;
}

export function Totals({ rows, days }: TotalsProps) {
  const words = useStatisticsWords();
  const { language } = usePreferences();
  const sum = useMemo(() => sumOf(rows), [rows]);
  const { total, about } = words;
  const share = precision(sum);
  const of = judged(sum);
  return (
    <dl class="stats-totals">
      <Figure
        name={total.raised}
        about={about.raised(count(language, sum.confirmed), count(language, sum.open))}
      >
        {count(language, sum.raised)}
      </Figure>
      <Figure
        name={total.precision}
        about={
          of < FEW
            ? words.fewLong(count(language, of))
            : about.precision(count(language, sum.confirmed), count(language, of))
        }
      >
        {share === undefined ? words.none : percent(language, share)}
      </Figure>
      <Figure name={total.median} about={about.time}>
        <WithinTime within={quantile(sum.decidedWithin, 0.5)} />
      </Figure>
      <Figure name={total.p90} about={about.time}>
        <WithinTime within={quantile(sum.decidedWithin, 0.9)} />
      </Figure>
      <Figure
        name={total.perCamera}
        about={about.perCamera(count(language, sum.cameras), count(language, days))}
      >
        {count(language, perCameraDay(sum, days), 2)}
      </Figure>
      <Figure name={total.lapsed} about={about.lapsed}>
        {count(language, sum.lapsed)}
      </Figure>
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly about: string;
  readonly children: ComponentChildren;
}

function Figure({ name, about, children }: FigureProps) {
  return (
    <div class="panel">
      <dt>{name}</dt>
      <dd class="number">{children}</dd>
      <dd class="small quiet">{about}</dd>
    </div>
  );
}
