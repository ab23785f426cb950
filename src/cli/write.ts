/** `shiren write`: poems, from a free-text prompt or from options. */
import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { readLineIndex } from '../corpus/line-index-file.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import { FORM_NAMES } from '../poetry/forms/forms.js';
import type { LineIndex } from '../poetry/line-index.js';
import { SCRIPTS } from '../poetry/script/script.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { InputError } from '../support/errors.js';
import { OutFile, requireFreeFile } from '../support/out-file.js';
import { SeedSchema } from '../support/settings.js';
import { ConstraintsSchema } from '../writing/constraints/constraint-schema.js';
import {
  BeamsSchema,
  CandidatesSchema,
  CountSchema,
  SAMPLING_DEFAULTS,
  SamplingSchema,
  type SamplingOptions,
} from '../writing/decoding/generation-settings.js';
import { SEQUENCES_AT_ONCE } from '../writing/decoding/generate.js';
import type { Poet } from '../writing/poet.js';
import { LIFTABLE_RULES } from '../writing/constraints/tonal-templates.js';
import type { WriteOptions } from '../writing/write-request.js';
import { seedAfter, writeBest } from '../writing/writer.js';
import type { WrittenPoem } from '../writing/written-poem.js';
import { formatCheck } from './format-check.js';
import { formatUnderstood } from './format-understood.js';
import { say } from './language.js';
import {
  addOutFileOptions,
  addRuntimeOptions,
  dtypeOption,
  refuseTogether,
  settingOption,
} from './options.js';
import { interruptible } from './interrupt.js';
import { loadPoet } from './load-poet.js';
import { DEFAULT_INDEX, DEFAULT_MODEL, resolvePath } from './paths.js';
import { startProgress } from './progress.js';
import { readRequest, type RequestFlags } from './write-request.js';

interface WriteFlags extends RuntimeOptions, RequestFlags {
  readonly model: string;
  readonly adapter?: string;
  readonly base?: boolean;
  readonly dtype: DecodingDtype;
  readonly endpoint?: string;
  readonly apiKey?: string;
  readonly index: string;
  readonly stream?: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly append?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  shiren write "写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静"
  shiren write --form 七言律诗 --theme 秋天,思乡 --count 3
  shiren write --form 五言绝句 --acrostic 春夏秋冬 --original
  shiren write --form 五言绝句 --given 床前明月光 --rhyme 先
  shiren write --revise poem.txt --rewrite 3
  shiren write --theme 明月 --endpoint http://localhost:8000/v1 --model my-poet`;

export function writeCommand(program: Command): void {
  const command = addRuntimeOptions(program.command('write'))
    .description('写诗 write poems; the form is guaranteed')
    .argument(
      '[prompt]',
      'free text, for example 写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静; - reads it from standard input',
    )
    .option('--file <file>', 'a file with the prompt')
    .option('--form <name>', `one of ${FORM_NAMES.join(', ')}`)
    .addOption(settingOption('--lines <n>', ConstraintsSchema.properties.lineCount))
    .option('--theme <words>', 'what it is about: words or a sentence, separated by commas')
    .option(
      '--literal',
      'theme and prompt as they are: words unknown to poems are not led to those they know',
    )
    .addOption(
      new Option('--script <script>', 'the script of the poems (that of the request)').choices([...SCRIPTS]),
    )
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .option('--adapter <folder>', 'PEFT adapter (the shipped one with the shipped model)')
    .addOption(new Option('--base', 'use no adapter').conflicts('adapter'))
    .addOption(
      new Option(
        '--endpoint <url>',
        'write with a model behind an OpenAI-compatible server; it is not constrained',
      ).conflicts([
        ...['adapter', 'base', 'dtype', 'threads', 'device', 'beams', 'original'],
        ...['topK', 'minP', 'repetitionPenalty'],
      ]),
    )
    .option('--api-key <key>', 'its key (or OPENAI_API_KEY)')
    .addOption(dtypeOption())
    .addOption(settingOption('--count <n>', CountSchema).default(1))
    .addOption(settingOption('--candidates <n>', CandidatesSchema).default(8))
    .addOption(settingOption('--beams <n>', BeamsSchema).conflicts('candidates'))
    .addOption(settingOption('--seed <n>', SeedSchema).default(0))
    .addOption(sampling('--temperature <x>', 'temperature'))
    .addOption(sampling('--top-k <n>', 'topK'))
    .addOption(sampling('--top-p <x>', 'topP'))
    .addOption(sampling('--min-p <x>', 'minP'))
    .addOption(sampling('--repetition-penalty <x>', 'repetitionPenalty'));
  refuseTogether(command, 'rhyme', 'no-rhyme');
  addOutFileOptions(addConstraintOptions(command), true)
    .addOption(
      new Option('--stream', 'one candidate, its characters shown as they are written').conflicts([
        ...['json', 'out', 'candidates', 'beams'],
      ]),
    )
    .addOption(new Option('--out <file>', 'write JSON Lines to a file').conflicts('json'))
    .option('--json', 'one JSON object a poem')
    .addHelpText('after', EXAMPLES)
    .action(runWrite);
}

/** A setting of sampling, with the default that the library has. */
const sampling = (flags: string, name: keyof SamplingOptions): Option =>
  settingOption(flags, SamplingSchema.properties[name]).default(SAMPLING_DEFAULTS[name]);

function addConstraintOptions(command: Command): Command {
  return command
    .option('--free', 'no constraints: the model alone decides')
    .option('--no-tones', 'do not keep to a tonal template')
    .option('--template <name>', '平起 or 仄起, 首句入韵 or 首句不入韵, or both (仄起首句不入韵)')
    .option(
      '--rhyme <group>',
      'rhyme in this group of 平水韵: 下平一先, or 先 (a level-tone one but for old-style verse)',
    )
    .addOption(
      new Option('--rhyme-tone <tone>', 'old-style verse: the tone of its rhymes').choices([
        'level',
        'oblique',
      ]),
    )
    .option('--change-rhyme', 'old-style verse: another rhyme every four lines')
    .option('--no-rhyme', 'do not keep to a rhyme group')
    .option('--allow <rules>', `rules that may be broken: ${LIFTABLE_RULES.join(', ')}`)
    .option('--acrostic <text>', '藏头: the lines begin with these characters')
    .option('--acrostic-end <text>', '藏尾: the lines end with these characters')
    .option('--given <lines>', 'the first line or lines; the poem goes on from them')
    .addOption(
      new Option(
        '--revise <poem>',
        'a poem, a file with one, or - for standard input: lines of it are written anew',
      ).conflicts('given'),
    )
    .option('--rewrite <lines>', 'which lines, by number: 3 or 2,4')
    .option('--forbidden <words>', 'characters and words that must not occur')
    .option('--required <words>', 'words that must occur')
    .option('--original', 'no line that the corpus has, word for word or nearly')
    .option('--index <file>', 'known lines, for --original and the score', DEFAULT_INDEX);
}

type Writer = Pick<Poet, 'write' | 'release'>;

async function loadWriter(flags: WriteFlags, knownLines: LineIndex | undefined): Promise<Writer> {
  if (flags.endpoint !== undefined) {
    const { EndpointPoet } = await import('../writing/endpoint-poet.js');
    const apiKey = flags.apiKey ?? process.env['OPENAI_API_KEY'];
    const poet = new EndpointPoet({ endpoint: flags.endpoint, model: flags.model, apiKey, knownLines });
    return {
      write: (options) => writeBest(poet, { ...options, literal: true }),
      release: () => poet.release(),
    };
  }
  const { dtype, threads, device } = flags;
  return loadPoet(flags, { dtype, threads, device, knownLines });
}

async function runWrite(prompt: string | undefined, flags: WriteFlags): Promise<void> {
  const request = await readRequest(prompt, flags);
  requireMeaning(flags);
  if (flags.out !== undefined) await requireFreeFile(flags.out, flags);
  const indexFile = resolvePath(flags.index);
  const known =
    flags.index === DEFAULT_INDEX && !existsSync(indexFile) ? undefined : await readLineIndex(indexFile);
  const writer = await loadWriter(flags, known);
  try {
    if (flags.out === undefined) await writeBatches(writer, request, flags, (poems) => print(poems, flags));
    else await writeInto(flags.out, writer, request, flags);
  } finally {
    await writer.release();
  }
}

/** What an option asks for that another one makes impossible is not dropped silently; commander knows the other pairs. */
function requireMeaning({ out, force, append, endpoint, apiKey }: WriteFlags): void {
  if (out === undefined && (force || append)) {
    throw new InputError(`--${force ? 'force' : 'append'}: found without --out, expected both`);
  }
  if (endpoint === undefined && apiKey !== undefined) {
    throw new InputError('--api-key: found without --endpoint, expected both');
  }
}

/** Writes the poems of a request, as many at once as are decoded together. @returns false if the signal stopped it before the end */
async function writeBatches(
  writer: Writer,
  request: WriteOptions,
  flags: WriteFlags,
  onPoems: (poems: readonly WrittenPoem[]) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<boolean> {
  const candidates = flags.stream ? 1 : (request.candidates ?? 1);
  const batch = flags.stream ? 1 : Math.max(1, Math.floor(SEQUENCES_AT_ONCE / candidates));
  for (let done = 0; done < flags.count; done += batch) {
    if (signal?.aborted) return false;
    const poems = await writer.write({
      ...request,
      candidates,
      count: Math.min(batch, flags.count - done),
      seed: seedAfter(flags.seed, done),
      onToken: flags.stream ? streamTo(process.stdout) : undefined,
    });
    await onPoems(poems);
  }
  return true;
}

/** Writes poems into a file; where Ctrl-C stops it, those that are finished. */
async function writeInto(
  file: string,
  writer: Writer,
  request: WriteOptions,
  flags: WriteFlags,
): Promise<void> {
  const out = await OutFile.open(file, flags);
  const bar = startProgress(say('写', 'write'), flags.count);
  let done = 0;
  try {
    await interruptible(
      (signal) =>
        writeBatches(
          writer,
          request,
          flags,
          async (poems) => {
            await out.write(poems.map((poem) => `${JSON.stringify(poem)}\n`).join(''));
            done += poems.length;
            bar.update(done, '');
          },
          signal,
        ),
      () => say(`已停下：${file} 有 ${done} 首`, `stopped: ${file} has ${done} poems`),
    );
  } catch (error) {
    await out.discard();
    throw error;
  } finally {
    bar.stop();
  }
  await out.finish();
}

/** Writes what is new of a growing text. */
function streamTo(stream: NodeJS.WritableStream): (poem: number, text: string) => void {
  let shown = 0;
  return (_, text) => {
    stream.write(text.slice(shown));
    shown = text.length;
  };
}

function print(poems: readonly WrittenPoem[], { json, stream }: WriteFlags): void {
  for (const poem of poems) {
    if (json) console.log(JSON.stringify(poem));
    else {
      console.log(
        `${stream ? '' : poem.text}\n\n${formatCheck(poem.check)}${formatNovelty(poem)}${formatUnmet(poem)}${formatUnderstood(poem)}\n`,
      );
    }
  }
}

/** Lines that the corpus has, where there are any. */
function formatNovelty({ novelty = [], lines }: WrittenPoem): string {
  return lines
    .map((line, index) => {
      if (novelty[index] === 'known')
        return say(`\n  ≡ ${line} 是前人原句`, `\n  ≡ ${line} is a line of the corpus`);
      if (novelty[index] === 'near') {
        return say(
          `\n  ≈ ${line} 与前人句一字之差`,
          `\n  ≈ ${line} differs from a line of the corpus by a character`,
        );
      }
      return '';
    })
    .join('');
}

/** What was asked and is not kept, of a model that could not be held to it. */
function formatUnmet({ unmet = [] }: WrittenPoem): string {
  return unmet.map((what) => say(`\n  ✗ 未合所求：${what}`, `\n  ✗ not as asked: ${what}`)).join('');
}
