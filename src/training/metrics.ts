/** The log of a run: metrics.jsonl, a line a step, under TRL's names. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { appendLine, writeFileWhole } from '../support/files.js';
import { EventFile } from './tensorboard.js';

/** A line of a step; an objective adds figures of its own under TRL's names (`rewards/margins`, `kl`, …). */
export interface StepMetrics {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly learning_rate: number;
  readonly num_tokens: number;
  readonly [figure: string]: number;
}

/** A line of an evaluation on the validation set. */
export interface EvaluationMetrics {
  readonly step: number;
  readonly epoch: number;
  readonly eval_loss: number;
  /** The step of the lowest eval_loss so far, under the name that TrainerState has for it. */
  readonly best_global_step?: number;
}

/** A poem written on the way, on a fixed prompt: a line of samples.jsonl. */
export interface SampledPoem {
  readonly step: number;
  readonly prompt: string;
  readonly text: string;
}

export class MetricsLog {
  private constructor(
    private readonly file: string,
    private count: number,
    private readonly events: EventFile | undefined,
  ) {}

  /**
   * Opens the log of a folder and keeps its first `lines` lines: what a run that is taken up again had finished.
   *
   * @param tensorboard whether to write event files too, into the folder's `runs`
   */
  static async open(folder: string, lines: number, tensorboard = false): Promise<MetricsLog> {
    const file = path.join(folder, 'metrics.jsonl');
    await mkdir(folder, { recursive: true });
    const text = existsSync(file) ? await readFile(file, 'utf8') : '';
    const kept = text.split('\n').slice(0, lines);
    await writeFileWhole(file, kept.map((line) => `${line}\n`).join(''));
    const events = tensorboard ? new EventFile(path.join(folder, 'runs')) : undefined;
    for (const line of kept) appendEvent(events, JSON.parse(line) as StepMetrics);
    return new MetricsLog(file, kept.length, events);
  }

  get lines(): number {
    return this.count;
  }

  async append(metrics: StepMetrics | EvaluationMetrics): Promise<void> {
    await appendLine(this.file, JSON.stringify(metrics));
    appendEvent(this.events, metrics);
    this.count += 1;
  }
}

/** Tags as the Trainer's TensorBoardCallback writes them: train/loss, eval/loss. */
function appendEvent(
  events: EventFile | undefined,
  { step, ...figures }: StepMetrics | EvaluationMetrics,
): void {
  const tagOf = (name: string): string =>
    name.startsWith('eval_') ? `eval/${name.slice('eval_'.length)}` : `train/${name}`;
  events?.append(
    step,
    Object.fromEntries(Object.entries(figures).map(([name, value]) => [tagOf(name), value])),
  );
}
