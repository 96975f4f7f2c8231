import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { parseObjects, readObjects } from '../../pipeline/operate/evaluate/objects.ts';

const clip = { name: 'clip', width: 640, height: 480 };

describe('what a detector found, from a file', () => {
  it('counts frames from 0 and measures in shares of the view', () => {
    const found = parseObjects(
      '1,-1,320,120,64,240,0.75,-1,-1,-1\n3,-1,-10,0,20,48,1.4\n1,-1,0,0,64,48,0.5\n',
      'f',
      clip,
    );
    expect([...found.keys()]).toEqual([0, 2]);
    expect(found.get(0)).toHaveLength(2);
    expect(found.get(0)?.[0]).toEqual({
      class: 'person',
      confidence: 0.75,
      box: { x0: 0.5, y0: 0.25, x1: 0.6, y1: 0.75 },
    });
    expect(found.get(2)?.[0]).toMatchObject({ confidence: 1, box: { x0: 0, y0: 0 } });
  });

  it('names every line that it cannot read', () => {
    const text = '1,-1,1,1,5,5,0.9\n0,-1,1,1,5,5,0.9\n2,-1,1,1,0,5,0.9\nx\n2,-1,1,1,5,5\n';
    try {
      parseObjects(text, 'clip.det.txt', clip);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).faults.map(({ at }) => at)).toEqual(
        [2, 3, 4, 5].map((line) => `clip.det.txt:${line}`),
      );
    }
  });

  it('needs no file for every clip', async () => {
    expect(await readObjects(path.join('test', 'evaluate'), clip)).toBeUndefined();
  });
});
