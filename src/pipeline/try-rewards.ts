/** Trying rewards on poems that are there: what `grpo` would give for them. */
import { textOf, type Message } from '../corpus/examples.js';
import { readPlainText } from '../corpus/plain-text.js';
import type { RewardInput } from '../evaluation/rewards.js';
import { checkPoem } from '../poetry/prosody/check.js';
import { formByName } from '../poetry/forms/forms.js';
import { formatPrompt, parsePrompt } from '../poetry/prompt.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines } from '../support/files.js';
import { totalReward } from '../training/objectives/advantages.js';
import type { GrpoSettings } from '../training/recipe/grpo-settings.js';
import { openRewards, rewardCorpus } from './rewards.js';

/** Poems and the rewards that are tried on them. */
export interface TryRewardsOptions extends Pick<GrpoSettings, 'rewards' | 'reward_weights'> {
  /** Poems: JSON Lines (`text` or `completion`; `prompt`, `form`, `themes` and `finished` where they are known), or plain text with a blank line between them. */
  readonly file: string;
  /** Folder of the reference corpus. */
  readonly data: string;
}

/** A poem with the value of each reward; null where a reward has nothing to say of it. */
export interface JudgedPoem {
  readonly text: string;
  readonly rewards: Readonly<Record<string, number | null>>;
  /** Their weighted sum. */
  readonly reward: number | null;
}

/** @throws InputError naming file and line for what is no poem, or a reward that fails */
export async function tryRewards(options: TryRewardsOptions): Promise<JudgedPoem[]> {
  const poems = await readPoems(options.file);
  const rewards = await openRewards(options, await rewardCorpus(options, options.data));
  const examples = poems.map((poem, index): RewardInput => ({
    ...poem,
    group: poems.flatMap(({ prompt, text }, at) => (at !== index && prompt === poem.prompt ? [text] : [])),
    earlier: [],
  }));
  const values: (readonly number[])[] = [];
  for (const { judge } of rewards) values.push(await judge(examples));
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const weights = rewards.map(({ weight }) => weight);
  return poems.map(({ text }, index) => {
    const own = values.map((ofReward) => ofReward[index] ?? NaN);
    const named = rewards.map(({ name }, at) => [name, known(own[at] ?? NaN)] as const);
    return { text, rewards: Object.fromEntries(named), reward: known(totalReward(own, weights)) };
  });
}

type Poem = Omit<RewardInput, 'group' | 'earlier'>;

async function readPoems(file: string): Promise<Poem[]> {
  const poems: Poem[] = [];
  if (/\.jsonl?$/u.test(file)) {
    for await (const { line, value } of readJsonLines(file)) poems.push(parsePoem(value, `${file}:${line}`));
  } else {
    const texts = await readPlainText(file);
    texts.forEach((text, index) => poems.push(parsePoem({ text }, `${file}: poem ${index + 1}`)));
  }
  if (poems.length === 0) throw new InputError(`${file}: no poems`);
  return poems;
}

/** A column that is a text, or messages. */
function columnText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isMessage = (item: unknown): item is Message => isRecord(item) && typeof item['content'] === 'string';
  return Array.isArray(value) && value.every(isMessage) ? textOf(value) : undefined;
}

/** What was asked is what the columns say, or else the prompt, or else what the poem is. */
function parsePoem(value: unknown, place: string): Poem {
  const columns = isRecord(value) ? value : {};
  const text = columnText(columns['text']) ?? columnText(columns['completion']);
  if (text === undefined) throw new InputError(`${place}: expected a poem as text or completion`);
  const prompt = columnText(columns['prompt']);
  const asked = prompt === undefined ? undefined : parsePrompt(prompt);
  const named = typeof columns['form'] === 'string' ? columns['form'] : undefined;
  const form = named === undefined ? (asked?.form ?? formByName(checkPoem(text).form)) : formByName(named);
  if (!form)
    throw new InputError(
      `${place}: form: found ${named ?? 'none that is known'}, expected one that can be asked for`,
    );
  const themes = Array.isArray(columns['themes']) ? columns['themes'].map(String) : (asked?.themes ?? []);
  return {
    prompt: prompt ?? formatPrompt({ form, themes }),
    text,
    form,
    themes,
    finished: columns['finished'] !== false,
  };
}
