/** A small line over time: what is not known is a gap. The drawing comes when the first plot does. */
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { usePreferences } from '../preferences.ts';

export interface PlotProps {
  /** For those who do not see it: what it is, and what it says. */
  readonly label: string;
  readonly atMs: readonly number[];
  /** As many; undefined where nothing is known. */
  readonly values: readonly (number | undefined)[];
  readonly height: number;
  /** Marked by an upright line. */
  readonly markMs?: number | undefined;
  /** Marked by a level one. */
  readonly limit?: number | undefined;
}

export function Plot({ label, atMs, values, height, markMs, limit }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const { theme, language } = usePreferences();
  useEffect(() => {
    let plot: uPlot | undefined;
    let ended = false;
    let resized: ResizeObserver | undefined;
    void loaded().then((Plotter) => {
      const parent = place.current;
      if (ended || parent === null) return;
      const data: uPlot.AlignedData = [atMs.map((ms) => ms / 1000), values.map((value) => value ?? null)];
      plot = new Plotter(optionsOf(parent, { height, markMs, limit, language }), data, parent);
      resized = new ResizeObserver(() => plot?.setSize({ width: parent.clientWidth, height }));
      resized.observe(parent);
    });
    return () => {
      ended = true;
      resized?.disconnect();
      plot?.destroy();
    };
  }, [atMs, values, height, markMs, limit, theme, language]);
  return <div ref={place} class="plot" role="img" aria-label={label} style={{ height: `${height}px` }} />;
}

async function loaded(): Promise<typeof uPlot> {
  const [{ default: Plotter }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
  return Plotter;
}

interface Wishes {
  readonly height: number;
  readonly markMs: number | undefined;
  readonly limit: number | undefined;
  readonly language: string;
}

function optionsOf(parent: HTMLElement, { height, markMs, limit, language }: Wishes): uPlot.Options {
  // By way of a property that the browser resolves: a token says `light-dark(a, b)`, which a canvas does not understand.
  const colour = (name: string) => {
    parent.style.color = `var(${name})`;
    const resolved = getComputedStyle(parent).color;
    parent.style.color = '';
    return resolved;
  };
  const grid = { stroke: colour('--line'), width: 1 };
  const axis = {
    stroke: colour('--quiet'),
    grid,
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false });
  return {
    width: parent.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 18, 0, 0],
    scales: {
      x: { time: true },
      y: { range: (_, __, most) => [0, Math.max(1, most, limit ?? 0) * 1.1] },
    },
    axes: [
      { ...axis, size: 22, space: 60, values: (_, splits) => splits.map((at) => time.format(at * 1000)) },
      { ...axis, size: 30, space: 24, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
    ],
    series: [{}, { stroke: colour('--accent'), width: 1.75, spanGaps: false, points: { show: false } }],
    hooks: {
      draw: [
        (plot) => {
          if (markMs !== undefined) rule(plot, 'x', markMs / 1000, colour('--critical'));
          if (limit !== undefined) rule(plot, 'y', limit, colour('--high'));
        },
      ],
    },
  };
}

function rule({ ctx, bbox, valToPos }: uPlot, scale: 'x' | 'y', value: number, ink: string): void {
  const at = Math.round(valToPos(value, scale, true));
  const { left, top, width, height } = bbox;
  ctx.save();
  ctx.beginPath();
  if (scale === 'x') {
    ctx.moveTo(at, top);
    ctx.lineTo(at, top + height);
  } else {
    ctx.moveTo(left, at);
    ctx.lineTo(left + width, at);
  }
  ctx.setLineDash([4, 3]);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = ink;
  ctx.stroke();
  ctx.restore();
}
