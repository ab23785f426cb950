/** `shiren studio`: the web page and the HTTP interface. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { readLineIndex } from '../corpus/line-index-file.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import { InputError, messageOf, systemProblem } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';
import { GRACE } from '../studio/ending.js';
import { countSchema, MOST, secondsSchema, wholeSchema } from '../support/settings.js';
import { MaxTokensSchema, SequencesSchema } from '../writing/decoding/generation-settings.js';
import { createStudio } from '../studio/server.js';
import { writeStaticSite } from '../studio/static-site.js';
import { isLoopback } from '../studio/security.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { ModelSource } from '../studio/model-shelf.js';
import { say } from './language.js';
import { resolveModel } from './model.js';
import { addRuntimeOptions, dtypeOption, numberOption, repeatedOption } from './options.js';
import {
  DEFAULT_ADAPTER,
  DEFAULT_INDEX,
  DEFAULT_MODEL,
  STARTER_CORPUS,
  SUBJECTS_FILE,
  displayPath,
  packaged,
  resolvePath,
} from './paths.js';

interface StudioFlags extends RuntimeOptions {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly allowOrigin: string[];
  readonly model: string;
  readonly adapter: string[];
  readonly dtype: DecodingDtype;
  readonly output: string;
  readonly queue: number;
  readonly sequences: number;
  readonly timeLimit: number;
  readonly maxTokens: number;
  readonly grace: number;
  readonly static?: string;
}

export function studioCommand(program: Command): void {
  addRuntimeOptions(program.command('studio'))
    .description(
      '诗坊 a web page to write, check, compare, train and evaluate; and an OpenAI-compatible interface',
    )
    .option(
      '--host <address>',
      'address to listen on; others than this machine need a --token to train',
      '127.0.0.1',
    )
    .option('--port <n>', 'port; 0 takes any that is free', numberOption(wholeSchema(65_535)), 8787)
    .option('--token <text>', 'asked of every request (or SHIREN_TOKEN)')
    .option('--allow-origin <url>', 'a site whose pages may ask (repeatable)', repeatedOption, [])
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .option(
      '--adapter <folder>',
      'adapters to choose from, the default one first (repeatable)',
      repeatedOption,
      [],
    )
    .addOption(dtypeOption())
    .option(
      '--output <folder>',
      'runs, data sets and adapters to choose from; jobs and votes go into its studio',
      'output',
    )
    .option(
      '--queue <n>',
      'poems under way or waiting; who asks for more is told to come again',
      numberOption(countSchema(MOST)),
      64,
    )
    .option('--sequences <n>', 'poems decoded together', numberOption(SequencesSchema), 32)
    .option('--time-limit <seconds>', 'for one request, waiting included', numberOption(secondsSchema()), 120)
    .option('--max-tokens <n>', 'tokens of an answer', numberOption(MaxTokensSchema), 512)
    .option(
      '--grace <seconds>',
      'when it is told to end: what is under way may finish for so long',
      numberOption(secondsSchema()),
      GRACE / 1000,
    )
    .option(
      '--static <folder>',
      'write a site that needs no server: Write and Check with the miniature in the browser',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  shiren studio\n  shiren studio --model Qwen/Qwen3-0.6B --adapter output/qwen3/stage3-dpo --dtype int8',
    )
    .action(runStudio);
}

async function runStudio(flags: StudioFlags): Promise<void> {
  if (flags.static !== undefined) return writeSite(flags.static);
  const index = packaged(DEFAULT_INDEX);
  const token = flags.token ?? process.env['SHIREN_TOKEN'];
  const app = await createStudio({
    host: flags.host,
    token,
    allowedOrigins: flags.allowOrigin,
    depth: flags.queue,
    timeLimit: flags.timeLimit * 1000,
    mostTokens: flags.maxTokens,
    grace: flags.grace * 1000,
    home: path.join(flags.output, 'studio'),
    output: flags.output,
    recipes: await findRecipes(),
    examples: [resolvePath(STARTER_CORPUS)],
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? packaged('bin', 'shiren.js')],
    page: packaged('dist', 'page'),
    version: await packageVersion(),
    shelf: {
      sources: sourcesOf(flags),
      resolve: resolveModel,
      resolveAdapter: resolvePath,
      dtype: flags.dtype,
      threads: flags.threads,
      device: flags.device,
      sequences: flags.sequences,
      knownLines: existsSync(index) ? await readLineIndex(index) : undefined,
    },
  });
  const address = await app.listen({ host: flags.host, port: flags.port }).catch(async (error: unknown) => {
    await app.close();
    throw new InputError(
      `--host ${flags.host} --port ${flags.port}: ${systemProblem(error) ?? messageOf(error)}`,
    );
  });
  console.log(say(`诗坊：${address}`, `studio: ${address}`));
  console.log(
    say(
      `接口：${address}/v1（说明：${address}/openapi.json）`,
      `interface: ${address}/v1 (described in ${address}/openapi.json)`,
    ),
  );
  if (!isLoopback(flags.host) && token === undefined) {
    console.log(
      say('未设 --token：他人可写诗，不可训练', 'no --token: others may write poems, nobody may train'),
    );
  }
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  console.log(say('正在收尾……', 'finishing what is under way…'));
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  // What cannot be broken off, a model that is being read, does not keep the studio.
  setTimeout(() => process.exit(), flags.grace * 1000).unref();
  await app.close();
  process.exit();
}

async function writeSite(folder: string): Promise<void> {
  await writeStaticSite(folder, {
    page: packaged('dist', 'page'),
    library: packaged('dist', 'shiren.browser.js'),
    model: packaged(DEFAULT_MODEL),
    adapter: packaged(DEFAULT_ADAPTER),
    index: packaged(DEFAULT_INDEX),
    subjects: packaged(SUBJECTS_FILE),
    version: await packageVersion(),
  });
  console.log(say(`静态站点：${folder}，可置于任何静态主机`, `static site: ${folder}, for any static host`));
}

/** The models that the page offers: the adapters, then their base. */
function sourcesOf({ model, adapter }: StudioFlags): ModelSource[] {
  const shipped = model === DEFAULT_MODEL && existsSync(packaged(DEFAULT_ADAPTER));
  const adapters = adapter.length > 0 || !shipped ? adapter : [DEFAULT_ADAPTER];
  return [...adapters.map((one) => ({ model, adapter: one })), { model }];
}

/** The recipes of the working folder and those that ship. */
async function findRecipes(): Promise<string[]> {
  const folders = [...new Set([path.resolve('recipes'), packaged('recipes')])];
  const found = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder).catch(() => []))
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => displayPath(path.join(folder, name))),
    ),
  );
  return found.flat().sort();
}

async function packageVersion(): Promise<string> {
  const manifest = await readJson(packaged('package.json'));
  return isRecord(manifest) ? String(manifest['version']) : '';
}
