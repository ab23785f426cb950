/** What a person sees of training: a bar a stage, poems above it; or JSON lines. */
import type { RecipeCallbacks, SamplingProgress } from '../pipeline/callbacks.js';
import type { StageEstimate } from '../pipeline/estimate.js';
import type { SampledPoem } from '../training/metrics.js';
import type { StageRecipe } from '../training/recipe.js';
import type { RunEnd, StageProgress } from '../training/trainer.js';
import { say } from './language.js';
import { downloadBar, sayIfPlain } from './model.js';
import { startProgress, type Progress } from './progress.js';

export class TrainDisplay {
  private bar: { readonly title: string; readonly progress: Progress } | undefined;

  /**
   * @param json a JSON object a step on standard output in place of bars
   * @param dryRun whether nothing is trained: the objects are what stages would take
   */
  constructor(
    private readonly json = false,
    private readonly dryRun = false,
  ) {}

  /** What shows a run of a recipe. */
  callbacks(): RecipeCallbacks {
    return {
      onDownload: downloadBar(),
      onModel: sayIfPlain,
      onStage: (stage, state) => {
        this.stop();
        if (state === 'done before' && !this.json)
          console.error(say(`${stage.name}：已完成`, `${stage.name}: done`));
      },
      onEstimate: (stage, estimate) => this.estimate(stage, estimate),
      onTruncated: ({ name }, examples, leftOut) => {
        if (examples > 0)
          console.error(
            say(
              `${name}：${examples} 例过长，已截断`,
              `${name}: ${examples} examples were too long and were cut`,
            ),
          );
        if (leftOut > 0)
          console.error(
            say(
              `${name}：${leftOut} 例截断后无可学者，已略去`,
              `${name}: ${leftOut} examples have nothing to learn within max_length and were left out`,
            ),
          );
      },
      onEnd: (stage, end) => this.end(stage, end),
      onProgress: (stage, progress) => this.step(stage, progress),
      onEvaluation: (stage, metrics) => this.figures(stage, metrics),
      onSample: (stage, poem) => this.poem(stage, poem),
      onSampling: (stage, progress) => this.sampling(stage, progress),
    };
  }

  stop(): void {
    this.bar?.progress.stop();
    this.bar = undefined;
  }

  private estimate(stage: StageRecipe, estimate: StageEstimate): void {
    if (!this.json) console.error(describeEstimate(estimate));
    else if (this.dryRun) this.figures(stage, { estimate });
  }

  /** Early stopping says so; where a validation set was watched, which step was the best. */
  private end({ name, ...stage }: StageRecipe, { step, totalSteps, best }: RunEnd): void {
    if (!best || this.json) return;
    this.stop();
    const early = step < totalSteps;
    const loss = best.loss.toFixed(4);
    const kept = stage.load_best_model_at_end;
    console.error(
      say(
        `${name}：${early ? `早停于第${step}步（共${totalSteps}步），` : ''}最佳为第${best.step}步，eval_loss ${loss}${kept ? '，以之为终' : ''}`,
        `${name}: ${early ? `stopped early at step ${step} of ${totalSteps}; ` : ''}the best was step ${best.step}, eval_loss ${loss}${kept ? ', which it ends with' : ''}`,
      ),
    );
  }

  private step(stage: StageRecipe, progress: StageProgress): void {
    const { step, totalSteps, metrics, tokensPerSecond, seconds } = progress;
    if (!metrics && step > 0) this.resumed(stage.name, step);
    if (step % stage.logging_steps !== 0 && step < totalSteps) return;
    if (!this.json) this.barOf(stage.name, totalSteps).update(step, describe(stage, progress));
    else if (metrics) {
      const memory_bytes = process.memoryUsage.rss();
      this.figures(stage, {
        ...metrics,
        total_steps: totalSteps,
        tokens_per_second: tokensPerSecond,
        memory_bytes,
        ...(seconds ? { seconds } : {}),
      });
    }
  }

  private resumed(name: string, step: number): void {
    if (!this.json)
      console.error(say(`${name}：从第${step}步之后继续`, `${name}: goes on after step ${step}`));
  }

  private figures({ name }: StageRecipe, metrics: object): void {
    if (this.json) console.log(JSON.stringify({ stage: name, ...metrics }));
  }

  private poem(stage: StageRecipe, poem: SampledPoem): void {
    const { step, prompt, text } = poem;
    this.figures(stage, poem);
    if (!this.json)
      this.bar?.progress.note(`${stage.name} ${step}  ${prompt}\n${text.replace(/^/gmu, '  ')}\n`);
  }

  private sampling(stage: StageRecipe, { round, done, total }: SamplingProgress): void {
    const { name, type } = stage;
    // Each step of grpo samples: its bar, and its line, say how long that takes.
    if (type === 'grpo') return;
    if (this.json) this.figures(stage, { sampling: { round, done, total } });
    else
      this.barOf(say(`${name} 第${round}轮取样`, `${name} round ${round}: sampling`), total).update(done, '');
  }

  private barOf(title: string, total: number): Progress {
    if (this.bar?.title !== title) {
      this.stop();
      this.bar = { title, progress: startProgress(title, total) };
    }
    return this.bar.progress;
  }
}

/** What a stage will take, in a line. */
function describeEstimate({
  stage,
  steps,
  examplesPerStep,
  tokens,
  memory,
  machine,
  seconds,
}: StageEstimate): string {
  const [needed, there] = [memory.total, machine].map((bytes) => (bytes / 2 ** 30).toFixed(1));
  const [minutes, hours] = [(seconds ?? 0) / 60, (seconds ?? 0) / 3600];
  const long = hours >= 2;
  const time = (long ? hours : minutes).toFixed(long || minutes < 10 ? 1 : 0);
  const [chinese, english] =
    seconds === undefined
      ? ['', '']
      : long
        ? [`，约${time}小时`, `, about ${time} hours`]
        : [`，约${time}分钟`, `, about ${time} minutes`];
  return say(
    `${stage}：${steps}步，每步${examplesPerStep}例，共约${tokens}词元${chinese}，内存约${needed} GB（本机${there} GB）`,
    `${stage}: ${steps} steps of ${examplesPerStep} examples, about ${tokens} tokens${english}, about ${needed} GB of memory (of ${there} GB)`,
  );
}

/** Figures of which the first that is there stands in the bar, as it is called there. */
const IN_BAR: readonly (readonly [figure: string, name: string])[] = [
  ['rewards/margins', 'margin'],
  ['reward', 'reward'],
];

/** What a step's parts took, as shares of it: `sampling 61%  judging 4%  training 35%`. */
function shares(seconds: Readonly<Record<string, number>>): string {
  const whole = Object.values(seconds).reduce((sum, part) => sum + part, 0);
  return Object.entries(seconds)
    .map(([part, time]) => `${part} ${Math.round((100 * time) / whole)}%`)
    .join('  ');
}

function describe(stage: StageRecipe, { metrics, tokensPerSecond, seconds }: StageProgress): string {
  if (!metrics) return '';
  const parts = [
    `epoch ${metrics.epoch.toFixed(2)}/${stage.num_train_epochs}`,
    `loss ${metrics.loss.toFixed(3)}`,
  ];
  const [figure, name] = IN_BAR.find(([one]) => metrics[one] !== undefined) ?? [];
  if (figure !== undefined) parts.push(`${name} ${metrics[figure]?.toFixed(3)}`);
  if (tokensPerSecond !== undefined) parts.push(`${Math.round(tokensPerSecond)} tokens/s`);
  if (seconds) parts.push(shares(seconds));
  parts.push(`${(process.memoryUsage.rss() / 1e9).toFixed(1)} GB`);
  return parts.join('  ');
}
