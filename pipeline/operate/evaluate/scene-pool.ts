/**
 * Scenes spread over threads. Each is a world of its own, so the result does not depend on how many there are; it comes
 * back in the order of the tasks.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runScene } from './scene-run.ts';
import type { SceneRun, SceneTask } from './scene-task.ts';

const MARK = 'vigie evaluate scenes';
/** A thread tells of so many frames at a time. */
const TOLD_FRAMES = 200;

type Told = { readonly frames: number } | { readonly run: SceneRun; readonly index: number };

/** `onFrames` is told how many frames more were run. One job runs here, without a thread. */
export async function runScenes(
  tasks: readonly SceneTask[],
  jobs: number,
  onFrames: (frames: number) => void,
): Promise<readonly SceneRun[]> {
  const runs: SceneRun[] = [];
  if (jobs <= 1) {
    for (const task of tasks) runs.push(await runScene(task, () => onFrames(1)));
    return runs;
  }
  let next = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(new URL(import.meta.url), { workerData: MARK });
      const give = () => {
        const index = next++;
        if (index < tasks.length) thread.postMessage({ index, task: tasks[index] });
        else void thread.terminate().then(() => resolve());
      };
      thread.once('error', reject);
      thread.on('message', (told: Told) => {
        if ('frames' in told) return onFrames(told.frames);
        runs[told.index] = told.run;
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
  return runs;
}

if (!isMainThread && workerData === MARK && parentPort) {
  const port = parentPort;
  port.on('message', async ({ index, task }: { index: number; task: SceneTask }) => {
    let frames = 0;
    const run = await runScene(task, () => {
      if (++frames % TOLD_FRAMES === 0) port.postMessage({ frames: TOLD_FRAMES });
    });
    port.postMessage({ frames: frames % TOLD_FRAMES });
    port.postMessage({ run, index });
  });
}
