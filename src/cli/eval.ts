/** `shiren eval`: compare a base model and adapters on the same prompts. */
import path from 'node:path';
import type { Command } from 'commander';
import type { Candidate, ModelCandidate } from '../evaluation/evaluate.js';
import { evaluateModels, type EvaluateModelsOptions } from '../pipeline/evaluate-models.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines } from '../support/files.js';
import { countSchema } from '../support/settings.js';
import { SamplingSchema } from '../writing/decoding/generation-settings.js';
import { interruptible } from './interrupt.js';
import { addRuntimeOptions, dtypeOption, formOption, numberOption, repeatedOption } from './options.js';
import { resolveModel } from './model.js';
import { DEFAULT_MODEL, resolvePath } from './paths.js';
import { EvaluationDisplay } from './evaluation-display.js';

interface EvalFlags extends Omit<EvaluateModelsOptions, 'candidates' | 'signal' | 'judge'> {
  readonly json?: boolean;
  readonly model: string;
  readonly adapter: string[];
  readonly base: boolean;
  readonly constrained?: boolean;
  readonly poems: string[];
  readonly endpoint?: string;
  readonly endpointModel: string;
  readonly judgeEndpoint?: string;
  readonly judgeModel: string;
  readonly apiKey?: string;
}

export function evalCommand(program: Command): void {
  addRuntimeOptions(program.command('eval'))
    .description('评测 compare the base model and adapters: rhyme, form and style, theme, overall')
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .addOption(dtypeOption())
    .option('--adapter <folder>', 'an adapter to compare (repeatable)', repeatedOption, [])
    .option('--no-base', 'leave the base model out')
    .option(
      '--constrained',
      'compare the last of these models under the constraints of "shiren write" too, as NAME-constrained',
    )
    .option(
      '--poems <file>',
      'poems written elsewhere: JSON Lines of {text}, in the order of the prompts (repeatable)',
      repeatedOption,
      [],
    )
    .option('--endpoint <url>', 'compare a model behind an OpenAI-compatible server too')
    .option('--endpoint-model <name>', 'its name there', 'poet')
    .option('--judge-endpoint <url>', 'let a language model judge each two neighbours, in both orders')
    .option('--judge-model <name>', 'its name there', 'judge')
    .option('--judge-prompts <n>', 'prompts that it judges', numberOption(countSchema()))
    .option('--api-key <key>', 'for both (or OPENAI_API_KEY)')
    .option(
      '--fluency <file>',
      'plain text of poems no model was trained on: perplexity under a trigram model of them',
    )
    .option('--coherence <model>', 'the model that judges coherence, in place of the one that ships')
    .option('--sanity', 'compare the held-out poems themselves with the same poems spoilt')
    .option(
      '--data <path>',
      'a folder of data build (prompts.jsonl, lines.txt), or a file of prompts: JSON Lines, JSON, CSV, Parquet',
      'output/data',
    )
    .option('--form <name>', 'the form of prompts that name none', formOption)
    .option('--out <folder>', 'where poems and report go', 'output/evaluation')
    .option('--prompts <n>', 'at most so many prompts', numberOption(countSchema()), 400)
    .option('--seeds <n>', 'poems a prompt', numberOption(countSchema(1000)), 1)
    .option(
      '--temperature <x>',
      'sampling temperature',
      numberOption(SamplingSchema.properties.temperature),
      0.8,
    )
    .option('--json', 'JSON lines on standard output: progress, and the summary last')
    .addHelpText('after', '\nExample:\n  shiren eval --adapter output/stage1-raw --adapter output/stage3-dpo')
    .action(async (flags: EvalFlags) => {
      const candidates = flags.sanity ? [] : await readCandidates(flags);
      const judge =
        flags.judgeEndpoint === undefined
          ? undefined
          : { endpoint: flags.judgeEndpoint, model: flags.judgeModel, apiKey: keyOf(flags) };
      const display = new EvaluationDisplay(flags.json);
      const finished = await interruptible(async (signal) => {
        const onProgress = display.progress.bind(display);
        const outcome = await evaluateModels({ ...flags, candidates, judge, signal, onProgress });
        if (outcome) display.outcome(outcome);
        return outcome !== undefined;
      }).finally(() => display.stop());
      if (finished && !flags.json) console.log(`\n${path.join(flags.out, 'report.md')}`);
    });
}

const keyOf = ({ apiKey }: EvalFlags): string | undefined => apiKey ?? process.env['OPENAI_API_KEY'];

/** Everything that the flags name, in the order: base, adapters, the last of these under constraints, endpoint, files. */
async function readCandidates(flags: EvalFlags): Promise<Candidate[]> {
  const model = flags.base || flags.adapter.length > 0 ? await resolveModel(flags.model) : '';
  const base: ModelCandidate[] = flags.base ? [{ kind: 'model', name: 'base', model }] : [];
  const adapters = flags.adapter.map((folder): ModelCandidate => ({
    kind: 'model',
    name: path.basename(folder),
    model,
    adapter: resolvePath(folder),
  }));
  const last = [...base, ...adapters].at(-1);
  const constrained: Candidate[] =
    flags.constrained && last ? [{ ...last, name: `${last.name}-constrained`, constrained: true }] : [];
  const { endpoint, endpointModel } = flags;
  const served: Candidate[] =
    endpoint === undefined
      ? []
      : [
          {
            kind: 'endpoint',
            name: endpointModel,
            options: { endpoint, model: endpointModel, apiKey: keyOf(flags) },
          },
        ];
  const files = await Promise.all(
    flags.poems.map(async (file): Promise<Candidate> => ({
      kind: 'texts',
      name: path.basename(file).replace(/\.jsonl$/, ''),
      texts: await readTexts(file),
    })),
  );
  return [...base, ...adapters, ...constrained, ...served, ...files];
}

/** The texts of a file of poems. @throws InputError naming file and line */
async function readTexts(file: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { line, value } of readJsonLines(file)) {
    if (!isRecord(value) || typeof value['text'] !== 'string') {
      throw new InputError(`${file}:${line}: text: expected a string, the poem`);
    }
    texts.push(value['text']);
  }
  if (texts.length === 0) throw new InputError(`${file}: no poems`);
  return texts;
}
