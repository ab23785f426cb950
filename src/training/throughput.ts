/**
 * How fast a run goes, over hours: throughput.jsonl, about a line a minute, added to by every run into the folder. metrics.jsonl is the
 * same whenever a run was stopped and taken up again, and so holds no times.
 */
import { appendFileSync } from 'node:fs';
import path from 'node:path';

const MINUTE = 60_000;

export class ThroughputLog {
  private readonly file: string;
  private begun: number;
  private tokens = 0;

  /** @param now milliseconds since the epoch */
  constructor(
    folder: string,
    private readonly now: () => number = Date.now,
  ) {
    this.file = path.join(folder, 'throughput.jsonl');
    this.begun = now();
  }

  /** Counts a step that is done; writes a line where a minute has passed since the last one, or at the end. */
  add(step: number, tokens: number, isLast = false): void {
    this.tokens += tokens;
    const time = this.now();
    const seconds = (time - this.begun) / 1000;
    if (!isLast && time - this.begun < MINUTE) return;
    const line = {
      time: new Date(time).toISOString(),
      step,
      num_tokens: this.tokens,
      seconds,
      tokens_per_second: this.tokens / seconds,
    };
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
    [this.begun, this.tokens] = [time, 0];
  }
}
