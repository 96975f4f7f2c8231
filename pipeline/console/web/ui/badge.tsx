import type { ComponentChildren } from 'preact';
import type { Severity } from '../../../model.ts';
import { useWords } from '../words/words.ts';

/** The mark stands for those who do not see the colour. */
const MARKS: Readonly<Record<Severity, string>> = { critical: '▲▲', high: '▲', medium: '◆', low: '●' };

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  const words = useWords();
  return (
    <span class={`badge ${severity}`}>
      <span aria-hidden="true">{MARKS[severity]}</span>
      {words.severity[severity]}
    </span>
  );
}

export type Tone = 'good' | 'low' | Severity;

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}
