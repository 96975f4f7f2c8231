/** Rendered scenes through the whole path: what is printed names every type that was asked for. */
import { describe, expect, it } from 'vitest';
import { evaluateScenes } from '../../pipeline/operate/evaluate/scenes.ts';

async function said(options: Parameters<typeof evaluateScenes>[0]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await evaluateScenes({ ...options, print: (line) => lines.push(line) });
  return { code, text: lines.join('\n') };
}

describe('evaluate --scenes', () => {
  it('scores the types asked for and those alone, at the sensitivity asked for', async () => {
    const { code, text } = await said({
      ...{ scenes: 1, hours: 0, seed: 5, types: ['forbidden_zone'], sensitivity: 'low', plain: true },
    });
    expect(text).toMatch(/^forbidden_zone +1 +1 +1\.000/m);
    expect(text).toContain('0.0 camera-hours without events, sensitivity low: 0 false alerts');
    expect(text).not.toContain('density');
    expect(code).toBe(0);
  });
});
