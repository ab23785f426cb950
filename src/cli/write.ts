/** `shiren write`: poems, from a free-text prompt or from options. */
import { appendFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { readLineIndex } from '../corpus/line-index-file.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import { FORM_NAMES } from '../poetry/forms.js';
import type { LineIndex } from '../poetry/line-index.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { SEQUENCES_AT_ONCE } from '../writing/generate.js';
import type { Poet } from '../writing/poet.js';
import { LIFTABLE_RULES } from '../writing/tonal-templates.js';
import { writeBest } from '../writing/writer.js';
import type { WrittenPoem } from '../writing/written-poem.js';
import { formatCheck } from './format-check.js';
import { say } from './language.js';
import { addRuntimeOptions, dtypeOption, numberOption } from './options.js';
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
    .argument('[prompt]', 'free text, for example 写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静')
    .option('--form <name>', `one of ${FORM_NAMES.join(', ')}`)
    .option('--lines <n>', 'how many, of a form that leaves it open', numberOption)
    .option('--theme <words>', 'theme words, separated by commas')
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .option('--adapter <folder>', 'PEFT adapter (the shipped one with the shipped model)')
    .option('--base', 'use no adapter')
    .option(
      '--endpoint <url>',
      'write with a model behind an OpenAI-compatible server; it is not constrained',
    )
    .option('--api-key <key>', 'its key (or OPENAI_API_KEY)')
    .addOption(dtypeOption())
    .option('--count <n>', 'number of poems', numberOption, 1)
    .option('--candidates <n>', 'candidates a poem, of which the best by score is kept', numberOption, 8)
    .option('--beams <n>', 'beam search instead of sampling: the likeliest poem', numberOption)
    .option('--seed <n>', 'the same seed gives the same poem', numberOption, 0)
    .option('--temperature <x>', 'sampling temperature', numberOption, 0.8)
    .option('--top-k <n>', 'keep the k likeliest tokens; 0 keeps all', numberOption, 0)
    .option('--top-p <x>', 'keep the likeliest tokens up to this probability', numberOption, 0.95)
    .option('--min-p <x>', 'keep tokens at least so likely, relative to the likeliest', numberOption, 0)
    .option('--repetition-penalty <x>', 'above 1: what was written becomes less likely', numberOption, 1);
  addConstraintOptions(command)
    .option('--stream', 'one candidate, its characters shown as they are written')
    .option('--out <file>', 'write JSON Lines to a file')
    .option('--json', 'one JSON object a poem')
    .addHelpText('after', EXAMPLES)
    .action(runWrite);
}

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
    .option('--revise <poem>', 'a poem, or a file with one, of which lines are written anew')
    .option('--rewrite <lines>', 'which lines, by number: 3 or 2,4')
    .option('--forbid <words>', 'characters and words that must not occur')
    .option('--require <words>', 'words that must occur')
    .option('--original', 'no line that the corpus has, word for word or nearly')
    .option('--index <file>', 'known lines, for --original and the score', DEFAULT_INDEX);
}

type Writer = Pick<Poet, 'write' | 'release'>;

async function loadWriter(flags: WriteFlags, knownLines: LineIndex | undefined): Promise<Writer> {
  if (flags.endpoint !== undefined) {
    const { EndpointPoet } = await import('../writing/endpoint-poet.js');
    const apiKey = flags.apiKey ?? process.env['OPENAI_API_KEY'];
    const poet = new EndpointPoet({ endpoint: flags.endpoint, model: flags.model, apiKey, knownLines });
    return { write: (options) => writeBest(poet, options), release: () => poet.release() };
  }
  const { dtype, threads, device } = flags;
  return loadPoet(flags, { dtype, threads, device, knownLines });
}

async function runWrite(prompt: string | undefined, flags: WriteFlags): Promise<void> {
  const request = await readRequest(prompt, flags);
  const indexFile = resolvePath(flags.index);
  const known =
    flags.index === DEFAULT_INDEX && !existsSync(indexFile) ? undefined : await readLineIndex(indexFile);
  const streamed = flags.stream && !flags.json && flags.out === undefined;
  const candidates = flags.stream ? 1 : flags.candidates;
  const batch = streamed ? 1 : Math.max(1, Math.floor(SEQUENCES_AT_ONCE / candidates));
  const writer = await loadWriter(flags, known);
  if (flags.out !== undefined) await rm(flags.out, { force: true });
  const bar = flags.out === undefined ? undefined : startProgress(say('写', 'write'), flags.count);
  for (let done = 0; done < flags.count; done += batch) {
    const poems = await writer.write({
      ...request,
      candidates,
      count: Math.min(batch, flags.count - done),
      seed: flags.seed + done,
      onToken: streamed ? streamTo(process.stdout) : undefined,
    });
    await print(poems, flags, streamed);
    bar?.update(done + poems.length, '');
  }
  bar?.stop();
  await writer.release();
}

/** Writes what is new of a growing text. */
function streamTo(stream: NodeJS.WritableStream): (poem: number, text: string) => void {
  let shown = 0;
  return (_, text) => {
    stream.write(text.slice(shown));
    shown = text.length;
  };
}

async function print(poems: readonly WrittenPoem[], flags: WriteFlags, streamed = false): Promise<void> {
  const json = (): string => poems.map((poem) => JSON.stringify(poem)).join('\n');
  if (flags.out !== undefined) await appendFile(flags.out, `${json()}\n`);
  else if (flags.json) console.log(json());
  else {
    for (const poem of poems) {
      console.log(
        `${streamed ? '' : poem.text}\n\n${formatCheck(poem.check)}${formatNovelty(poem)}${formatUnmet(poem)}\n`,
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
