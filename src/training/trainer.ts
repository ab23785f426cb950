/**
 * The trainer: optimiser steps on a source's examples, evaluations, checkpoints. Knows neither what the loss is nor where examples come
 * from nor who looks on; callbacks are the only way out. Can be taken up again at any step.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { Random } from '../support/random.js';
import { floats, type Arrays } from '../tensor/arrays.js';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.js';
import type { Noise } from './noise.js';
import { MetricsLog, type EvaluationMetrics, type StepMetrics } from './metrics.js';
import { microBatches, type Example, type Learning, type PackingSettings } from './objective.js';
import { learningRateAt, type ScheduleArguments, type ScheduleType } from './schedule.js';
import type { Outputs, Stepper } from './stepper.js';
import { Tally } from './tally.js';
import { UnderWay } from './under-way.js';
import { Validation } from './validation.js';

/** When something is done that is done now and then: never, every so many steps, at the end of each epoch. */
export type Strategy = 'no' | 'steps' | 'epoch';

/** The settings that a trainer reads, under the names of TrainingArguments. */
export interface TrainerSettings extends PackingSettings {
  readonly name: string;
  readonly learning_rate: number;
  readonly lr_scheduler_type: ScheduleType;
  readonly lr_scheduler_kwargs?: ScheduleArguments | null;
  readonly warmup_ratio: number;
  /** Below 1 a share of all steps. */
  readonly warmup_steps: number;
  readonly max_grad_norm: number;
  readonly report_to: 'none' | 'tensorboard';
  readonly save_strategy?: Strategy;
  readonly save_steps: number;
  readonly sample_steps: number;
  readonly eval_strategy?: Strategy | null;
  readonly per_device_eval_batch_size?: number | null;
  readonly eval_steps: number;
  readonly load_best_model_at_end: boolean;
  readonly early_stopping_patience: number;
  readonly seed: number;
}

/** What a step that is done was like. */
export interface StageProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** Absent before the first step of a run. */
  readonly metrics?: StepMetrics;
  readonly tokensPerSecond?: number;
  /** Of a step that began with sampling: what sampling, judging and training took. */
  readonly seconds?: Readonly<Record<string, number>>;
}

/** Who looks on. */
export interface TrainerCallbacks {
  readonly onProgress?: (progress: StageProgress) => void;
  readonly onEvaluation?: (metrics: EvaluationMetrics) => void;
  /** Called every sample_steps with the weights as they are then. */
  readonly onSample?: (step: number) => Promise<void>;
  /** Called with each checkpoint, and when an evaluation was the best so far; with the step of the best one, if there was any. */
  readonly onSave?: (step: number, best: number | undefined) => Promise<void>;
  /** The run has come to its end. */
  readonly onEnd?: (end: RunEnd) => void;
}

/** How a run ended. */
export interface RunEnd {
  readonly step: number;
  readonly totalSteps: number;
  /** Of the evaluation with the lowest loss, if there was any. */
  readonly best?: { readonly step: number; readonly loss: number };
}

/** What runs the validation set. */
export interface EvaluationRunner {
  /** Runs that may be under way at once. */
  readonly atOnce: number;
  readonly run: (feeds: Arrays) => Promise<Outputs>;
}

export interface TrainerOptions<E extends Example> {
  readonly settings: TrainerSettings;
  readonly learning: Learning<E>;
  readonly stepper: Stepper;
  /** What training adds at random. */
  readonly noise?: Noise;
  /** metrics.jsonl and the checkpoint lie in here. */
  readonly folder: string;
  readonly callbacks?: TrainerCallbacks;
  /** Which weights decay; all where absent. */
  readonly decays?: (name: string) => boolean;
  /** How the validation set is run, where it is not as training runs: other micro-batches, a graph without gradients. */
  readonly evaluation?: PackingSettings & EvaluationRunner;
}

export class Trainer<E extends Example = Example> {
  private constructor(
    private readonly options: TrainerOptions<E>,
    private readonly log: MetricsLog,
    private done: number,
    private readonly validation: Validation<E> | undefined,
  ) {}

  /** Goes on from the folder's checkpoint where there is one. */
  static async create<E extends Example>(options: TrainerOptions<E>): Promise<Trainer<E>> {
    const { settings, learning, stepper, noise, folder } = options;
    const progress = await restoreCheckpoint(checkpointFile(folder), stepper);
    const tensorboard = settings.report_to === 'tensorboard';
    const log = await MetricsLog.open(folder, progress?.metricLines ?? 0, tensorboard);
    const { objective, validation: examples } = learning;
    const validation =
      examples.length === 0
        ? undefined
        : new Validation(
            {
              objective,
              examples,
              run: options.evaluation?.run ?? ((feeds) => stepper.evaluate(feeds)),
              atOnce: options.evaluation?.atOnce ?? stepper.atOnce,
              parameters: stepper.parameters,
              noise,
              packing: options.evaluation ?? evaluationPacking(settings),
              keepsBest: settings.load_best_model_at_end,
            },
            settings.early_stopping_patience,
            progress?.validation,
          );
    return new Trainer(options, log, progress?.step ?? 0, validation);
  }

  /** Whether nothing is left to do: a run taken up at the checkpoint that exhausted its patience has come to its end. */
  get finished(): boolean {
    const { totalSteps } = this.options.learning.source;
    return this.done >= totalSteps || this.validation?.isExhausted() === true;
  }

  /**
   * All steps that are left, with what falls due between them.
   *
   * @param signal stops after the step under way; what was done is kept
   * @returns whether it came to the end
   */
  async train(signal?: AbortSignal): Promise<boolean> {
    const { learning, callbacks = {}, settings } = this.options;
    const { totalSteps } = learning.source;
    callbacks.onProgress?.({ step: this.done, totalSteps });
    const isDue = (every: number): boolean =>
      every > 0 && (this.done % every === 0 || this.done === totalSteps);
    while (!this.finished) {
      try {
        await this.step(signal);
      } catch (error) {
        // Stopped while examples were made: no step is under way.
        if (!signal?.aborted || error !== signal.reason) throw error;
        await this.save();
        return false;
      }
      if (this.validation && isDue(this.stepsOf(settings.eval_strategy, settings.eval_steps))) {
        await this.evaluate();
      }
      if (isDue(settings.sample_steps)) await callbacks.onSample?.(this.done);
      const stopping = signal?.aborted === true;
      const saving = this.stepsOf(settings.save_strategy, settings.save_steps);
      if (stopping || (saving > 0 && this.done % saving === 0)) await this.save();
      if (stopping && this.done < totalSteps) return false;
    }
    if (settings.load_best_model_at_end) this.validation?.restoreBest();
    const { bestStep, bestLoss = NaN } = this.validation?.current() ?? {};
    const best = bestStep === undefined ? {} : { best: { step: bestStep, loss: bestLoss } };
    callbacks.onEnd?.({ step: this.done, totalSteps, ...best });
    return true;
  }

  /**
   * One optimiser step: its micro-batches, then the update.
   *
   * @throws InputError for a loss that is not a finite number, naming step and examples; the last checkpoint stays
   */
  async step(signal?: AbortSignal): Promise<StepMetrics> {
    const { settings, learning, stepper, noise, callbacks, decays } = this.options;
    const { objective, source } = learning;
    const step = this.done;
    const begun = performance.now();
    const { examples, places, figures, seconds } = await source.ofStep(step, signal);
    const made = performance.now();
    const tally = new Tally();
    let [loss, tokens] = [0, 0];
    const underWay = new UnderWay(stepper.atOnce);
    for (const { part, first, batch, feeds } of microBatches(objective, settings, examples)) {
      const random = Random.for(settings.seed, 'dropout', step, places[first] ?? 0);
      const drawn = noise?.feeds(batch, random);
      const running = stepper.accumulate({ ...feeds, ...drawn }).then((outputs) => {
        objective.tally(batch, part, outputs, tally);
        loss += floats(outputs, 'loss')[0] ?? NaN;
      });
      tokens += batch.tokens;
      await underWay.add(running);
    }
    await underWay.all();
    const learningRate = learningRateAt(this.schedule(), step);
    const norm = stepper.update(learningRate, settings.max_grad_norm, decays);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      throw new InputError(
        `${settings.name}: step ${step + 1}: loss ${loss}, gradient norm ${norm}, expected finite numbers (examples ${places.join(', ')})`,
      );
    }
    this.done = step + 1;
    await source.after?.(this.done);
    const told = tally.figures();
    const metrics: StepMetrics = {
      step: this.done,
      epoch: this.done / source.stepsPerEpoch,
      loss,
      grad_norm: norm,
      learning_rate: learningRate,
      num_tokens: tokens,
      ...told,
      ...objective.figures?.(told),
      ...figures,
    };
    await this.log.append(metrics);
    const tokensPerSecond = tokens / ((performance.now() - begun) / 1000);
    callbacks?.onProgress?.({
      step: this.done,
      totalSteps: source.totalSteps,
      metrics,
      tokensPerSecond,
      ...(seconds ? { seconds: { ...seconds, training: (performance.now() - made) / 1000 } } : {}),
    });
    return metrics;
  }

  /** The loss on the validation set under the weights of now. */
  async evaluate(): Promise<EvaluationMetrics> {
    if (!this.validation) throw new Error(`${this.options.settings.name}: there is no validation set`);
    const loss = await this.validation.evaluate(this.done);
    const metrics = {
      step: this.done,
      epoch: this.done / this.options.learning.source.stepsPerEpoch,
      eval_loss: loss,
      best_global_step: this.validation.current().bestStep,
    };
    await this.log.append(metrics);
    this.options.callbacks?.onEvaluation?.(metrics);
    if (this.kept === this.done) await this.options.callbacks?.onSave?.(this.done, this.kept);
    return metrics;
  }

  /** The step of the best evaluation, where its weights are asked for: whatever else is kept, they are. */
  private get kept(): number | undefined {
    const { early_stopping_patience: patience, load_best_model_at_end: loadsBest } = this.options.settings;
    return patience > 0 || loadsBest ? this.validation?.current().bestStep : undefined;
  }

  /** Writes a checkpoint. */
  async save(): Promise<void> {
    const { folder, stepper, callbacks } = this.options;
    await callbacks?.onSave?.(this.done, this.kept);
    await saveCheckpoint(checkpointFile(folder), stepper, {
      step: this.done,
      metricLines: this.log.lines,
      validation: this.validation?.current(),
    });
  }

  /** Removes the checkpoint: what was trained is kept elsewhere. */
  async close(): Promise<void> {
    await rm(checkpointFile(this.options.folder), { force: true });
  }

  /** Steps between two times; 0 for never. */
  private stepsOf(strategy: Strategy | null | undefined, steps: number): number {
    if (strategy === 'no') return 0;
    return strategy === 'epoch' ? Math.ceil(this.options.learning.source.stepsPerEpoch) : steps;
  }

  private schedule() {
    const { settings, learning } = this.options;
    const { totalSteps } = learning.source;
    return {
      type: settings.lr_scheduler_type,
      learningRate: settings.learning_rate,
      warmupSteps: warmupSteps(settings, totalSteps),
      totalSteps,
      kwargs: settings.lr_scheduler_kwargs ?? {},
    };
  }
}

/** As Transformers has it: warmup_steps below 1 are a share. */
function warmupSteps({ warmup_steps: steps, warmup_ratio: ratio }: TrainerSettings, total: number): number {
  if (steps >= 1) return Math.floor(steps);
  return Math.ceil(total * (steps || ratio));
}

const evaluationPacking = (settings: TrainerSettings): PackingSettings => ({
  ...settings,
  per_device_train_batch_size: settings.per_device_eval_batch_size ?? settings.per_device_train_batch_size,
});

const checkpointFile = (folder: string): string => path.join(folder, 'checkpoint.safetensors');
