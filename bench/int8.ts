/**
 * What `base_dtype: int8` gains and what it costs: steps of float32 and of int8 by turns, each in a process of its own, so that both meet the same
 * minutes of a machine whose speed changes; then the loss of both on poems that are held out and on other text, before training and after it.
 *
 * npx tsx bench/int8.ts MODEL_FOLDER [--steps 7] [--data PREFERENCE_FILE] [--text FILE] [--sft-steps 200] [any other option of bench/train.ts]
 *
 * Without --data no loss is measured; with --steps 0 no speed.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compareLosses } from './int8-loss.js';
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

/** An option of this command, taken out of what bench/train.ts is given. */
function take(name: string): string | undefined {
  const at = given.indexOf(`--${name}`);
  return at < 0 ? undefined : given.splice(at, 2)[1];
}

const given = process.argv.slice(2);
const text = take('text') ?? 'ARCHITECTURE.md';
const sftSteps = Number(take('sft-steps') ?? 200);
const steps = Number(take('steps') ?? 7);
const data = given[given.indexOf('--data') + 1];
const args = [...given, '--steps', String(steps)];

if (steps > 0) await compareSpeed();
if (given.includes('--data') && data !== undefined) {
  await compareLosses({ folder: given[0] ?? 'models/miniature', data, text, steps: sftSteps });
}

async function compareSpeed(): Promise<void> {
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
}
