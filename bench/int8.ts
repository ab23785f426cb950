/**
 * What `base_dtype: int8` gains: steps of float32 and of int8 by turns, each in a process of its own, so that both meet the same
 * minutes of a machine whose speed changes.
 *
 * npx tsx bench/int8.ts MODEL_FOLDER [--steps 7] [any other option of bench/train.ts]
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { median } from './measure.js';

/** A training of bench/train.ts that waits after each step. */
class Trainer {
  /** What it printed besides. */
  private readonly report: string[] = [];
  private readonly lines: AsyncIterator<string>;

  private constructor(private readonly process: ReturnType<typeof start>) {
    this.lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /** Starts it, and waits until it has loaded. */
  static async load(dtype: string, args: readonly string[]): Promise<Trainer> {
    const trainer = new Trainer(start(dtype, args));
    await trainer.turn();
    return trainer;
  }

  /** The seconds of one step. */
  async step(): Promise<number> {
    this.process.stdin.write('\n');
    const taken = await this.turn();
    if (taken === undefined) throw new Error('the training ended before its last step');
    return taken;
  }

  /** Lets it end, and gives what it printed. */
  async end(): Promise<string> {
    this.process.stdin.end('\n');
    await this.turn();
    return this.report.join('\n');
  }

  private async turn(): Promise<number | undefined> {
    for (;;) {
      const line = await this.lines.next();
      if (line.done) return undefined;
      if (line.value.startsWith('turn ')) return Number(line.value.slice('turn '.length));
      this.report.push(line.value);
    }
  }
}

const start = (dtype: string, args: readonly string[]) =>
  spawn(process.execPath, ['--import', 'tsx', 'bench/train.ts', ...args, '--turns', '--base-dtype', dtype], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

const given = process.argv.slice(2);
const at = given.indexOf('--steps');
const steps = Number(at < 0 ? 7 : given[at + 1]);
const args = at < 0 ? [...given, '--steps', String(steps)] : given;

const float32 = await Trainer.load('float32', args);
const int8 = await Trainer.load('int8', args);
const ratios: number[] = [];
for (let step = 0; step < steps; step += 1) {
  const [slow, fast] = [await float32.step(), await int8.step()];
  // The first steps warm up.
  if (step > 0) ratios.push(slow / fast);
}
console.log(await float32.end());
console.log(await int8.end());
console.log(
  `int8 is ${median(ratios).toFixed(2)} times as fast (pairs of steps: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
);
