/** The log of a run: metrics.jsonl, a line a step, under TRL's names. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { appendLine, writeFileWhole } from '../support/files.js';

export interface StepMetrics {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly learning_rate: number;
  readonly num_tokens: number;
  readonly 'rewards/chosen'?: number;
  readonly 'rewards/rejected'?: number;
  readonly 'rewards/accuracies'?: number;
  readonly 'rewards/margins'?: number;
  readonly 'logps/chosen'?: number;
  readonly 'logps/rejected'?: number;
}

/** A line of an evaluation on the validation set. */
export interface EvaluationMetrics {
  readonly step: number;
  readonly epoch: number;
  readonly eval_loss: number;
}

export class MetricsLog {
  private constructor(
    private readonly file: string,
    private count: number,
  ) {}

  /** Opens the log of a folder and keeps its first `lines` lines: what a run that is taken up again had finished. */
  static async open(folder: string, lines: number): Promise<MetricsLog> {
    const file = path.join(folder, 'metrics.jsonl');
    await mkdir(folder, { recursive: true });
    const text = existsSync(file) ? await readFile(file, 'utf8') : '';
    const kept = text.split('\n').slice(0, lines);
    await writeFileWhole(file, kept.map((line) => `${line}\n`).join(''));
    return new MetricsLog(file, kept.length);
  }

  get lines(): number {
    return this.count;
  }

  async append(metrics: StepMetrics | EvaluationMetrics): Promise<void> {
    await appendLine(this.file, JSON.stringify(metrics));
    this.count += 1;
  }
}
