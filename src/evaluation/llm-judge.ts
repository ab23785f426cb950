/** A language model as judge: two poems at a time, in both orders, by a rubric; what it says is set beside the automatic figures. */
import { InputError } from '../support/errors.js';
import type { ChatEndpoint } from '../writing/chat-endpoint.js';
import { bootstrap, mean, type Interval } from './bootstrap.js';
import type { CandidateResult, EvaluatedPoem } from './evaluate.js';

/** The better of two poems; a tie is half. */
type Verdict = 0 | 0.5 | 1;

export interface JudgeSummary {
  readonly left: string;
  readonly right: string;
  /** Share of prompts on which the right one is preferred, the mean of both orders. */
  readonly wins: Interval;
  /** Share of prompts with the same verdict in both orders. */
  readonly consistent: number;
  /** Share of decided prompts on which the judge prefers what has the higher overall. */
  readonly agreement: number;
}

/** The rubric, with both poems. */
function judgePrompt(asked: string, first: string, second: string): string {
  return `你是唐诗评审。题目：${asked}

甲：
${first}

乙：
${second}

请按以下四项比较两首诗：
一、押韵：偶句是否押同一平声韵；
二、体式：句数、字数、平仄、粘对、对仗是否合乎所求之体；
三、主题：是否切题；
四、整体：语言是否通顺典雅，意境是否完整，是否抄袭名篇。
先各用一句话说明，最后一行只写 JSON：{"better": "甲"}、{"better": "乙"} 或 {"better": "平"}。`;
}

/** The verdict in an answer: 0 for the first poem, 1 for the second. */
export function readVerdict(answer: string): Verdict | undefined {
  const found = [...answer.matchAll(/"better"\s*:\s*"(甲|乙|平)"/gu)].at(-1)?.[1];
  if (found === undefined) return undefined;
  return found === '甲' ? 0 : found === '乙' ? 1 : 0.5;
}

async function ask(
  chat: ChatEndpoint,
  asked: string,
  first: string,
  second: string,
  signal?: AbortSignal,
): Promise<Verdict> {
  const settings = { temperature: 0, topP: 1, seed: 1 };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const verdict = readVerdict(
      await chat.ask(judgePrompt(asked, first, second), { ...settings, seed: attempt }, signal),
    );
    if (verdict !== undefined) return verdict;
  }
  throw new InputError(
    `${chat.options.endpoint}, model ${chat.options.model}: no verdict in three answers, expected {"better": "甲"|"乙"|"平"}`,
  );
}

/** Judges each candidate against the one before, on at most so many prompts. */
export async function judgeNeighbours(
  chat: ChatEndpoint,
  results: readonly CandidateResult[],
  prompts: number,
  signal?: AbortSignal,
): Promise<JudgeSummary[]> {
  const summaries: JudgeSummary[] = [];
  for (const [index, right] of results.entries()) {
    const left = results[index - 1];
    if (!left) continue;
    const pairs = left.poems
      .slice(0, prompts)
      .map((poem, at): [EvaluatedPoem, EvaluatedPoem] => [poem, right.poems[at] as EvaluatedPoem]);
    const judged: { wins: number; consistent: boolean; automatic: number }[] = [];
    for (const [a, b] of pairs) {
      const straight = await ask(chat, a.prompt, a.text, b.text, signal);
      const turned = 1 - (await ask(chat, a.prompt, b.text, a.text, signal));
      judged.push({
        wins: (straight + turned) / 2,
        consistent: straight === turned,
        automatic: b.metrics.overall - a.metrics.overall,
      });
    }
    const decided = judged.filter(({ wins, automatic }) => wins !== 0.5 && automatic !== 0);
    summaries.push({
      left: left.name,
      right: right.name,
      wins: bootstrap(judged.map(({ wins }) => wins)),
      consistent: mean(judged.map(({ consistent }) => Number(consistent))),
      agreement: mean(decided.map(({ wins, automatic }) => Number(wins > 0.5 === automatic > 0))),
    });
  }
  return summaries;
}
