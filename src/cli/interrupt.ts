/** Work that Ctrl-C stops after the step under way, so that nothing finished is lost. */
import { say } from './language.js';

/**
 * Runs `work` with a signal that the first Ctrl-C sets; a second one ends the process at once. Where `work` answers false (it
 * stopped early) says so (`stopped`) and sets exit code 130.
 *
 * @returns what `work` answered
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<boolean>,
  stopped: () => string = () =>
    say('已停下；再运行同一命令即从此处继续', 'stopped; run the same command again to go on'),
): Promise<boolean> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const finished = await work(controller.signal);
    if (!finished) {
      console.error(stopped());
      process.exitCode = 130;
    }
    return finished;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
