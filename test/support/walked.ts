/** One walk (walker.ts) as the observer saw it: the frames of an epoch, the last of which says that the view is lost. */
import type { Frame } from '../../pipeline/model.ts';
import { viewLost } from '../../pipeline/observe/lost.ts';
import { Observer } from '../../pipeline/observe/observer.ts';
import { walker } from './walker.ts';

export async function walked(epoch: number, camera = 'one'): Promise<readonly Frame[]> {
  const source = walker(epoch);
  const observer = new Observer({ site: 'gare', camera, epoch, width: 160, height: 90 });
  const frames: Frame[] = [];
  for await (const picture of source.pictures()) {
    frames.push(structuredClone(observer.observe(picture, picture.capturedAtMs + 40)));
  }
  observer.close();
  return [...frames, viewLost(frames.at(-1)!, source)];
}
