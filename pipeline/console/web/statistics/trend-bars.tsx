/** Day by day: what was raised and what became of it, and how much of it mattered over the week before. */
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { StatisticsRow } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { count, day, percent } from './format.ts';
import type { Range } from './range.ts';
import { type Day, trendOf } from './trend.ts';
import { useStatisticsWords } from './words.ts';

interface TrendProps {
  readonly rows: readonly StatisticsRow[];
  readonly range: Range;
}

const KINDS = ['confirmed', 'rejected', 'other'] as const;
/** The drawing's own units; it is stretched to its place. */
const HIGH = 100;
const BAR = 10;
const GAP = 2;

export function Trend({ rows, range }: TrendProps) {
  const days = useMemo(() => trendOf(rows, range), [rows, range]);
  return (
    <div class="stats-trend">
      <RaisedByDay days={days} />
      <PrecisionByDay days={days} />
    </div>
  );
}

function RaisedByDay({ days }: { readonly days: readonly Day[] }) {
  const words = useStatisticsWords();
  const { language } = usePreferences();
  const most = Math.max(1, ...days.map(({ raised }) => raised));
  const mean = days.reduce((sum, { raised }) => sum + raised, 0) / Math.max(1, days.length);
  return (
    <figure class="panel">
      <figcaption>
        {words.trend.raised}
        <span class="stats-legend">
          {KINDS.map((kind) => (
            <span key={kind}>
              <span class={`stats-swatch ${kind}`} aria-hidden="true" /> {words.trend.kind[kind]}
            </span>
          ))}
        </span>
      </figcaption>
      <Frame top={count(language, most)} bottom={count(language, 0)} days={days}>
        <svg
          viewBox={`0 0 ${days.length * BAR} ${HIGH}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={words.trend.raisedLabel(count(language, most), count(language, mean, 1))}
        >
          {days.map((one, at) => (
            <Bar key={one.atMs} day={one} at={at} most={most} />
          ))}
        </svg>
      </Frame>
    </figure>
  );
}

function Bar({ day: { confirmed, rejected, other }, at, most }: BarProps) {
  let below = 0;
  return (
    <>
      {[confirmed, rejected, other].map((value, kind) => {
        const height = (value / most) * HIGH;
        below += height;
        return (
          height > 0 && (
            <rect
              key={KINDS[kind]}
              class={`stats-bar ${KINDS[kind]}`}
              x={at * BAR + GAP / 2}
              y={HIGH - below}
              width={BAR - GAP}
              height={height}
            />
          )
        );
      })}
    </>
  );
}

interface BarProps {
  readonly day: Day;
  readonly at: number;
  readonly most: number;
}

function PrecisionByDay({ days }: { readonly days: readonly Day[] }) {
  const words = useStatisticsWords();
  const { language } = usePreferences();
  const last = days.findLast(({ precision }) => precision !== undefined)?.precision;
  const said = last === undefined ? words.noneRead : percent(language, last);
  return (
    <figure class="panel">
      <figcaption>
        {words.trend.precision}
        <span class="stats-legend">{words.trend.last(said)}</span>
      </figcaption>
      <Frame top={percent(language, 1)} bottom={percent(language, 0)} days={days}>
        <svg
          viewBox={`0 0 ${Math.max(1, days.length - 1) * BAR} ${HIGH}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={words.trend.precisionLabel(said)}
        >
          <path class="stats-half" d={`M0 ${HIGH / 2}H${days.length * BAR}`} />
          <path class="stats-line" d={lineOf(days)} />
        </svg>
      </Frame>
    </figure>
  );
}

/** A gap where nothing is known. */
function lineOf(days: readonly Day[]): string {
  return days
    .map(({ precision }, at) => {
      if (precision === undefined) return '';
      const isFirst = days[at - 1]?.precision === undefined;
      return `${isFirst ? 'M' : 'L'}${at * BAR} ${HIGH - precision * HIGH}`;
    })
    .join('');
}

interface FrameProps {
  readonly top: string;
  readonly bottom: string;
  readonly days: readonly Day[];
  readonly children: ComponentChildren;
}

/** Numbers at the left, the first, middle and last day below. */
function Frame({ top, bottom, days, children }: FrameProps) {
  const { language } = usePreferences();
  const marked = [days[0], days[Math.floor(days.length / 2)], days.at(-1)];
  return (
    <div class="stats-frame small quiet number">
      <span>{top}</span>
      {children}
      <span>{bottom}</span>
      <div>
        {marked.map((one, at) => one && <span key={`${one.atMs}${at}`}>{day(language, one.atMs)}</span>)}
      </div>
    </div>
  );
}
