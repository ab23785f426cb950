/** Progress: a bar on a terminal, plain lines now and then where output is piped. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, detail: string): void;
  /** Writes lines above the bar. */
  note(text: string): void;
  stop(): void;
}

const SECONDS_BETWEEN_LINES = 10;

/** Starts showing progress on stderr. */
export function startProgress(
  title: string,
  total: number,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  if (!stream.isTTY) return plainProgress(title, total, stream);
  const format = `${title} {bar} {value}/{total} {detail} {eta_formatted}`;
  const bar = new SingleBar({ format, hideCursor: true, barsize: 24, stream, etaBuffer: 20 });
  bar.start(total, 0, { detail: '' });
  return {
    update: (done, detail) => bar.update(done, { detail }),
    note: (text) => {
      // The bar is drawn anew below at its next update.
      stream.write(`\r\u001b[K${text}\n`);
    },
    stop: () => bar.stop(),
  };
}

function plainProgress(title: string, total: number, stream: NodeJS.WriteStream): Progress {
  const started = performance.now();
  let [last, first] = [-Infinity, -1];
  return {
    update(done, detail) {
      if (first < 0) first = done;
      const now = performance.now();
      if (now - last < SECONDS_BETWEEN_LINES * 1000 && done < total) return;
      last = now;
      const rate = (done - first) / ((now - started) / 1000);
      const left = rate > 0 ? ` ${Math.ceil((total - done) / rate)}s left` : '';
      stream.write(`${title} ${done}/${total} ${detail}${left}\n`);
    },
    note: (text) => stream.write(`${text}\n`),
    stop: () => undefined,
  };
}
