/** The command lines of jobs: the only place where arguments of `shiren` are put together by a program. */

/** Arguments of `shiren`. */
export type JobCommand = readonly string[];

export interface TrainJob {
  readonly recipe: string;
  readonly data: string;
  /** Settings that go before the recipe's, `key=value`. */
  readonly overrides: readonly string[];
  /** Only this stage. */
  readonly stage?: string;
  /** Says what it would take, and trains nothing. */
  readonly dryRun?: boolean;
}

export interface EvaluateJob {
  readonly base: string;
  /** Adapter folders, in the order in which they are compared. */
  readonly adapters: readonly string[];
  /** Whether the base is compared by itself. */
  readonly withBase: boolean;
  readonly data: string;
  readonly prompts: number;
  readonly seeds: number;
}

/** Builds the data sets of the starter corpus. */
export const buildDataCommand = (out: string): JobCommand => ['data', 'build', '--out', out];

/** @param out the folder that the stages go into */
export function trainCommand(job: TrainJob, out: string): JobCommand {
  const { recipe, data, overrides, stage } = job;
  const dry = job.dryRun ? ['--dry-run'] : [];
  const only = stage === undefined ? [] : ['--stage', stage];
  const set = overrides.flatMap((one) => ['--set', one]);
  return ['train', recipe, '--data', data, '--out', out, ...only, ...set, ...dry, '--json'];
}

/** @param out the folder that poems and reports go into */
export function evaluateCommand(job: EvaluateJob, out: string): JobCommand {
  const adapters = job.adapters.flatMap((folder) => ['--adapter', folder]);
  const figures = ['--prompts', String(job.prompts), '--seeds', String(job.seeds)];
  const models = ['--model', job.base, ...(job.withBase ? [] : ['--no-base']), ...adapters];
  return ['eval', ...models, '--data', job.data, '--out', out, ...figures, '--json'];
}
