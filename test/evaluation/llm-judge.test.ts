import { afterEach, describe, expect, it } from 'vitest';
import type { CandidateResult } from '../../src/evaluation/evaluate.js';
import { judgeNeighbours, readVerdict } from '../../src/evaluation/llm-judge.js';
import { measurePoem } from '../../src/evaluation/metrics.js';
import { Yardstick } from '../../src/evaluation/yardstick.js';
import { ThemeMeasure } from '../../src/poetry/theme-measure.js';
import { ChatEndpoint } from '../../src/writing/chat-endpoint.js';
import { ChatServer, completion } from '../chat-server.js';

const GOOD = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const BAD = '白日白日，黄河。';
const yardstick = new Yardstick({ lines: [], themes: new ThemeMeasure({}) });
const result = (name: string, texts: readonly string[]): CandidateResult => ({
  name,
  poems: texts.map((text, index) => ({
    prompt: '写一首[五言绝句]',
    promptIndex: index,
    form: '五言绝句',
    themes: [],
    seed: index,
    text,
    metrics: measurePoem(text, { form: '五言绝句', themes: [] }, yardstick),
  })),
});
const RESULTS = [result('bad', [BAD, BAD, BAD]), result('good', [GOOD, GOOD, GOOD])];

/** Which of the two poems of a rubric is the good one. */
const betterOf = (body: string): '甲' | '乙' =>
  body.indexOf('黄河入海流') < body.indexOf('白日白日') ? '甲' : '乙';

describe('a language model as judge', () => {
  let server: ChatServer;
  afterEach(() => server.stop());
  const judge = async (answer: ConstructorParameters<typeof ChatServer>[0]) => {
    server = new ChatServer(answer);
    return judgeNeighbours(new ChatEndpoint({ endpoint: await server.start(), model: 'judge' }), RESULTS, 3);
  };

  it('is asked in both orders, and agrees with the automatic figures', async () => {
    const [summary] = await judge((_, body) => completion(`甲押韵……\n{"better": "${betterOf(body)}"}`));
    expect(summary).toMatchObject({
      left: 'bad',
      right: 'good',
      wins: { mean: 1 },
      consistent: 1,
      agreement: 1,
    });
    expect(server.requests).toHaveLength(6);
    expect(server.requests[0]!.body).toContain('押韵');
  });

  it('that always prefers the first poem decides nothing', async () => {
    const [summary] = await judge(() => completion('{"better": "甲"}'));
    expect(summary).toMatchObject({ wins: { mean: 0.5 }, consistent: 0 });
  });

  it('is asked again when it gives no verdict, and given up in one line', async () => {
    const [summary] = await judge((request, body) =>
      completion(request === 0 ? '难分高下' : `{"better": "${betterOf(body)}"}`),
    );
    expect(summary!.wins.mean).toBe(1);
    await server.stop();
    await expect(judge(() => completion('不知道'))).rejects.toThrow(
      /model judge: no verdict in three answers/,
    );
  });

  it('is read by its last line', () => {
    expect(readVerdict('例如 {"better": "甲"}。结论：{"better": "乙"}')).toBe(1);
    expect(readVerdict('{"better": "平"}')).toBe(0.5);
    expect(readVerdict('甲好')).toBeUndefined();
  });
});
