/**
 * What a change gains in training a small model: this checkout and another (built both), a step each by turns, each in a process of its
 * own, so that both meet the same minutes of the machine. Beside the wall clock the processor time of a step is compared, which other
 * work on the machine disturbs less.
 *
 * npx tsx bench/pretrain.ts OTHER_CHECKOUT TEXT_FILE [--steps 20] [--tokens-per-step 2048]      pre-training of the shipped size
 * npx tsx bench/pretrain.ts OTHER_CHECKOUT --data FOLDER [--recipe recipes/mini.yaml] [--steps 20]      each checkout's own recipe
 */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ByTurns } from './by-turns.js';
import { median } from './measure.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '20' },
    'tokens-per-step': { type: 'string', default: '2048' },
    recipe: { type: 'string', default: 'recipes/mini.yaml' },
    data: { type: 'string' },
  },
});
const [other, text] = positionals;
const { data } = flags;
if (other === undefined || (text === undefined) === (data === undefined)) {
  throw new Error('usage: pretrain.ts OTHER_CHECKOUT (TEXT_FILE | --data FOLDER)');
}
const steps = Number(flags.steps);

/** The command whose steps are compared: the sizes are those of the model that ships. */
function command(out: string): string[] {
  if (data !== undefined) {
    const stage = ['--set', `max_steps=${steps + 2}`, '--set', 'logging_steps=1'];
    return ['train', flags.recipe, '--data', path.resolve(data), '--out', out, ...stage, '--json'];
  }
  const sizes = '--hidden-size 256 --layers 6 --intermediate-size 768 --learning-rate 2e-3 --validation 16';
  const length = ['--steps', String(steps + 2), '--tokens-per-step', flags['tokens-per-step']];
  return [
    'pretrain',
    '--text',
    path.resolve(text as string),
    '--out',
    out,
    ...sizes.split(' '),
    ...length,
    '--json',
  ];
}

class Side {
  /** Tokens a second of each step. */
  readonly rates: number[] = [];
  /** Processor time of each step. */
  readonly seconds: number[] = [];
  private before = NaN;

  private constructor(
    readonly name: string,
    private readonly run: ByTurns,
  ) {}

  static async start(name: string, checkout: string): Promise<Side> {
    const out = await mkdtemp(path.join(os.tmpdir(), 'shiren-bench-'));
    return new Side(name, new ByTurns(checkout, command(out)));
  }

  async step(): Promise<void> {
    const turn = await this.run.turn();
    if (!turn) throw new Error(`${this.name} ended before its last step`);
    this.rates.push((JSON.parse(turn.line) as { tokens_per_second: number }).tokens_per_second);
    this.seconds.push(turn.cpu - this.before);
    this.before = turn.cpu;
  }

  go(): void {
    this.run.go();
  }

  stop(): void {
    this.run.stop();
  }
}

const sides = [await Side.start('other', other), await Side.start('this', '.')] as const;
// Both load, and take the first step, each on its own.
for (const side of sides) await side.step();
for (let step = 0; step <= steps; step += 1) {
  for (const side of sides) {
    side.go();
    await side.step();
  }
}
for (const side of sides) side.stop();

// The first two steps warm up.
const kept = (values: readonly number[]): number[] => values.slice(2);
for (const { name, rates, seconds } of sides) {
  const cpu = 1000 * median(kept(seconds));
  console.log(
    `${name.padEnd(6)} ${median(kept(rates)).toFixed(0)} tokens/s, ${cpu.toFixed(0)} ms of processor time a step`,
  );
}
const [before, after] = sides;
const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  kept(a).map((value, index) => value / (kept(b)[index] ?? NaN));
const quartiles = (values: readonly number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(2);
  return `${median(values).toFixed(2)} (half of the pairs ${at(0.25)} to ${at(0.75)})`;
};
console.log(`times as fast, by the clock: ${quartiles(ratios(after.rates, before.rates))}`);
console.log(`times as fast, by processor time: ${quartiles(ratios(before.seconds, after.seconds))}`);
console.log(`${steps} pairs of steps, ${os.cpus().length} × ${os.cpus()[0]?.model}`);
