/** `shiren write`: poems, from a free-text prompt or from options. */
import { appendFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { DecodingDtype } from '../model/frozen-base.js';
import { FORM_NAMES, formByName, FORMS, type FormName } from '../poetry/forms.js';
import { parsePrompt, splitThemes } from '../poetry/prompt.js';
import { InputError } from '../support/errors.js';
import { Poet, type WrittenPoem } from '../writing/poet.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { formatCheck } from './format-check.js';
import { say } from './language.js';
import { addRuntimeOptions, dtypeOption, numberOption } from './options.js';
import { resolveModel } from './model.js';
import { DEFAULT_ADAPTER, DEFAULT_MODEL, resolvePath } from './paths.js';

interface WriteFlags extends RuntimeOptions {
  readonly form?: string;
  readonly theme?: string;
  readonly model: string;
  readonly adapter?: string;
  readonly base?: boolean;
  readonly dtype: DecodingDtype;
  readonly count: number;
  readonly seed: number;
  readonly candidates: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly free?: boolean;
  readonly tones: boolean;
  readonly rhyme: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** Sequences decoded together. */
const SEQUENCES_AT_ONCE = 16;

export function writeCommand(program: Command): void {
  addRuntimeOptions(program.command('write'))
    .description('写诗 write poems; the form is guaranteed')
    .argument('[prompt]', 'free text, for example 写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静')
    .option('--form <name>', `one of ${FORM_NAMES.join(', ')}`)
    .option('--theme <words>', 'theme words, separated by commas')
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .option('--adapter <folder>', 'PEFT adapter (the shipped one with the shipped model)')
    .option('--base', 'use no adapter')
    .addOption(dtypeOption())
    .option('--count <n>', 'number of poems', numberOption, 1)
    .option(
      '--candidates <n>',
      'candidates a poem, of which the best by likelihood and theme is kept',
      numberOption,
      8,
    )
    .option('--seed <n>', 'the same seed gives the same poem', numberOption, 0)
    .option('--temperature <x>', 'sampling temperature', numberOption, 0.8)
    .option('--top-k <n>', 'keep the k likeliest tokens; 0 keeps all', numberOption, 0)
    .option('--top-p <x>', 'keep the likeliest tokens up to this probability', numberOption, 0.95)
    .option('--free', 'no constraints: the model alone decides')
    .option('--no-tones', 'do not keep to a tonal template')
    .option('--no-rhyme', 'do not keep to a rhyme group')
    .option('--out <file>', 'write JSON Lines to a file')
    .option('--json', 'one JSON object a poem')
    .addHelpText(
      'after',
      '\nExamples:\n  shiren write "写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静"\n  shiren write --form 七言律诗 --theme 秋天,思乡 --count 3',
    )
    .action(runWrite);
}

/** Form and themes from the prompt and the options; options win. */
function readRequest(
  prompt: string | undefined,
  flags: WriteFlags,
): { form: FormName; themes: readonly string[] } {
  const parsed = prompt === undefined ? undefined : parsePrompt(prompt);
  const named = flags.form ?? parsed?.named;
  const form = named === undefined ? formOfLines(parsed?.lines) : formByName(named);
  if (!form) {
    const found = named ?? say(`${parsed?.lines}句`, `${parsed?.lines} lines`);
    throw new InputError(
      `${flags.form === undefined ? 'prompt' : '--form'}: ${found}: expected one of ${FORM_NAMES.join(', ')}`,
    );
  }
  if (flags.form === undefined && parsed?.lines !== undefined && parsed.lines !== FORMS[form].lines) {
    throw new InputError(`prompt: ${parsed.lines}句: ${form} has ${FORMS[form].lines} lines`);
  }
  return { form, themes: flags.theme === undefined ? (parsed?.themes ?? []) : splitThemes(flags.theme) };
}

/** The form of a prompt that names none: five characters a line, and as many lines as asked for, four if nothing is said. */
function formOfLines(lines = 4): FormName | undefined {
  return FORM_NAMES.find((name) => FORMS[name].lines === lines);
}

async function runWrite(prompt: string | undefined, flags: WriteFlags): Promise<void> {
  const { form, themes } = readRequest(prompt, flags);
  for (const name of ['count', 'candidates'] as const) {
    if (!Number.isInteger(flags[name]) || flags[name] < 1) {
      throw new InputError(`--${name} ${flags[name]}: expected a whole number of 1 or more`);
    }
  }
  const shipped =
    flags.model === DEFAULT_MODEL && existsSync(resolvePath(DEFAULT_ADAPTER)) ? DEFAULT_ADAPTER : undefined;
  const chosen = flags.base ? undefined : (flags.adapter ?? shipped);
  const adapter = chosen === undefined ? undefined : resolvePath(chosen);
  const poet = await Poet.load({
    model: await resolveModel(flags.model),
    adapter,
    dtype: flags.dtype,
    threads: flags.threads,
    device: flags.device,
  });
  if (flags.out !== undefined) await rm(flags.out, { force: true });
  const batch = Math.max(1, Math.floor(SEQUENCES_AT_ONCE / flags.candidates));
  for (let done = 0; done < flags.count; done += batch) {
    const poems = await poet.write({
      form,
      themes,
      count: Math.min(batch, flags.count - done),
      candidates: flags.candidates,
      seed: flags.seed + done,
      free: flags.free,
      tones: flags.tones,
      rhyme: flags.rhyme,
      sampling: { temperature: flags.temperature, topK: flags.topK, topP: flags.topP },
    });
    await print(poems, flags);
  }
  await poet.release();
}

async function print(poems: readonly WrittenPoem[], flags: WriteFlags): Promise<void> {
  const json = (): string => poems.map((poem) => JSON.stringify(poem)).join('\n');
  if (flags.out !== undefined) await appendFile(flags.out, `${json()}\n`);
  else if (flags.json) console.log(json());
  else for (const poem of poems) console.log(`${poem.text}\n\n${formatCheck(poem.check)}\n`);
}
