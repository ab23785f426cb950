/** The worker that trains in a static site: one run, from its first message to its end. */
import type * as library from '../../browser/index.js';
import type { SampledPoem, StageProgress } from '../../browser/index.js';
import { hash32 } from '../../support/hash.js';
import type { LocalFiles } from './engine-worker.js';

/** What is trained on what, as the page says it. */
export interface LocalRun {
  readonly files: LocalFiles;
  /** Poems as people paste them; or votes, a line each as the studio keeps them. */
  readonly text: string;
  readonly steps: number;
  /** Whether what is kept of the same run is given up; if not, it goes on. */
  readonly anew: boolean;
}

export type ToTrainer = { readonly kind: 'run'; readonly run: LocalRun } | { readonly kind: 'stop' };

export type FromTrainer =
  /** What the text was read as. */
  | { readonly kind: 'read'; readonly examples: number; readonly withoutForm: number }
  | { readonly kind: 'progress'; readonly progress: StageProgress }
  | { readonly kind: 'sample'; readonly poem: SampledPoem }
  | {
      readonly kind: 'end';
      readonly finished: boolean;
      /** The adapter's files, when it has come to its end. */
      readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
    }
  | { readonly kind: 'error'; readonly message: string };

/** The run that the browser keeps for this page: the last one, named by what is trained on what. */
const nameOf = ({ text, steps }: LocalRun): string => `studio ${steps} ${hash32(text).toString(16)}`;

async function forgetOthers({ forgetRun, keptRuns }: typeof library, run: LocalRun): Promise<void> {
  const others = (await keptRuns()).filter((name) => run.anew || name !== nameOf(run));
  for (const name of others) if (name.startsWith('studio ')) await forgetRun(name);
}

const STAGE = 'own';
const DATASET = 'own.jsonl';

/** Settings of a stage that goes on from the site's adapter, by what it learns from. */
const SETTINGS = {
  sft: { type: 'sft', learning_rate: 1e-3, template_loss: false },
  dpo: { type: 'dpo', learning_rate: 1e-4, beta: 0.1, rpo_alpha: 1 },
} as const;

const post = (message: FromTrainer): void => postMessage(message);

const controller = new AbortController();

/** The rows of votes; undefined for a text that is none. */
function readVotes(text: string): object[] | undefined {
  if (!/^\s*\{.*"chosen"/u.test(text)) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as object);
}

function readRows(
  { ownPoemExamples }: typeof library,
  text: string,
): [keyof typeof SETTINGS, readonly object[]] {
  const votes = readVotes(text);
  if (votes) {
    post({ kind: 'read', examples: votes.length, withoutForm: 0 });
    return ['dpo', votes];
  }
  const { examples, withoutForm } = ownPoemExamples(text);
  post({ kind: 'read', examples: examples.length, withoutForm: withoutForm.length });
  return ['sft', examples];
}

async function train(run: LocalRun): Promise<void> {
  const { files, text, steps } = run;
  const shiren = (await import(/* @vite-ignore */ files.library)) as typeof library;
  await forgetOthers(shiren, run);
  const [type, rows] = readRows(shiren, text);
  const stage = {
    ...{ name: STAGE, ...SETTINGS[type], train_dataset: DATASET, adapter_from: files.adapter },
    // As often as it takes: the steps are what is asked for.
    ...{ max_steps: steps, num_train_epochs: steps, save_steps: 5, sample_steps: Math.ceil(steps / 4) },
    ...{ per_device_train_batch_size: 4, gradient_accumulation_steps: 1, max_length: 160 },
    sample_prompts: ['写一首[五言绝句] 要求4句 主题为: 山水、自然'],
  };
  const recipe = {
    ...{ model_name_or_path: files.model, base_model_name_or_path: 'models/miniature', stages: [stage] },
  };
  const { finished, adapters } = await shiren.runRecipe({
    recipe: shiren.parseRecipe(JSON.stringify(recipe), 'recipe'),
    ...{ datasets: { [DATASET]: rows }, name: nameOf(run), wasm: files.wasm },
    signal: controller.signal,
    onProgress: (_, progress) => post({ kind: 'progress', progress }),
    onSample: (_, poem) => post({ kind: 'sample', poem }),
  });
  post({ kind: 'end', finished, files: adapters.get(STAGE) ?? new Map<string, Uint8Array<ArrayBuffer>>() });
}

addEventListener('message', ({ data }: MessageEvent<ToTrainer>) => {
  if (data.kind === 'stop') controller.abort(new Error('stopped'));
  else {
    train(data.run).catch((error: unknown) =>
      post({ kind: 'error', message: error instanceof Error ? error.message : String(error) }),
    );
  }
});
