/** OpenAI's interface, asked by OpenAI's client for Python and by LangChain. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unmetConstraints } from '../../src/writing/constraints/verify.js';
import { startStudio, type TestStudio } from '../studio.js';

const program = process.env['PYTHON'] ?? 'python3';
const has = (name: string): boolean => {
  const found = spawnSync(program, ['-c', `import ${name}`]).status === 0;
  if (!found)
    console.warn(`tests against ${name}: skipped, not found (pip install; set PYTHON to an interpreter)`);
  return found;
};

const OPENAI = `
import json, sys, openai
client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="none", max_retries=0)
model = "models/miniature-dpo"
def ask(content, **more):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}], seed=3, **more)
whole = ask("写一首七言绝句，主题：秋天", n=2)
stream = ask("写一首七言绝句，主题：秋天", n=2, stream=True, stream_options={"include_usage": True})
texts, usage = ["", ""], None
for chunk in stream:
    usage = chunk.usage or usage
    for choice in chunk.choices:
        texts[choice.index] += choice.delta.content or ""
def refused(work):
    try:
        work()
    except openai.APIStatusError as error:
        return [type(error).__name__, error.param, error.code]
print(json.dumps({
    "models": [one.id for one in client.models.list()],
    "one": client.models.retrieve(model).id,
    "whole": [choice.message.content for choice in whole.choices],
    "streamed": texts,
    "usage": [whole.usage.total_tokens, usage.total_tokens],
    "refused": [
        refused(lambda: ask("春", tools=[{"type": "function", "function": {"name": "f"}}])),
        refused(lambda: ask("春", logprobs=True)),
        refused(lambda: client.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": "春"}])),
        refused(lambda: client.embeddings.create(model=model, input="春")),
        refused(lambda: client.responses.create(model=model, input="春")),
    ],
}))
`;

const LANGCHAIN = `
import json, sys
from langchain_openai import ChatOpenAI
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
chat = ChatOpenAI(base_url=sys.argv[1] + "/v1", api_key="none", model="models/miniature-dpo", seed=3, temperature=0.8, max_retries=0)
first = [SystemMessage("你是诗人"), HumanMessage("写一首五言绝句，主题：秋天")]
poem = chat.invoke(first)
chain = ChatPromptTemplate.from_messages([("user", "写一首七言绝句，主题：{theme}")]) | chat
print(json.dumps({
    "first": poem.content,
    "tokens": poem.usage_metadata["total_tokens"],
    "next": chat.invoke([*first, AIMessage(poem.content), HumanMessage("再写一首，主题是春天")]).content,
    "streamed": "".join(chunk.content for chunk in chat.stream(first)),
    "batch": [one.content for one in chain.batch([{"theme": "明月"}, {"theme": "边塞"}])],
}))
`;

describe('clients in Python', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.app.close());

  /** Not at once: the studio answers from this process. */
  async function run<T>(script: string): Promise<T> {
    const { stdout } = await promisify(execFile)(program, ['-c', script, studio.address]);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  }

  it.skipIf(!has('openai'))('are answered and refused: openai', async () => {
    const answer = await run<{
      models: string[];
      one: string;
      whole: string[];
      streamed: string[];
      usage: number[];
      refused: unknown[];
    }>(OPENAI);
    expect(answer.models).toEqual(['models/miniature-dpo', 'models/miniature']);
    expect(answer.one).toBe('models/miniature-dpo');
    for (const poem of answer.whole) expect(unmetConstraints(poem, '七言绝句', {})).toEqual([]);
    expect(answer.streamed).toEqual(answer.whole);
    expect(answer.usage[0]).toBe(answer.usage[1]);
    expect(answer.refused).toEqual([
      ['BadRequestError', 'tools', 'unsupported_parameter'],
      ['BadRequestError', 'logprobs', 'unsupported_parameter'],
      ['NotFoundError', 'model', 'model_not_found'],
      ['NotFoundError', null, 'unknown_url'],
      ['NotFoundError', null, 'unknown_url'],
    ]);
  });

  it.skipIf(!has('langchain_openai'))('are answered, turn by turn and in batches: LangChain', async () => {
    const answer = await run<{
      first: string;
      tokens: number;
      next: string;
      streamed: string;
      batch: string[];
    }>(LANGCHAIN);
    for (const poem of [answer.first, answer.next])
      expect(unmetConstraints(poem, '五言绝句', {})).toEqual([]);
    expect(answer.next).not.toBe(answer.first);
    expect(answer.tokens).toBeGreaterThan(20);
    expect(answer.streamed).toBe(answer.first);
    for (const poem of answer.batch) expect(unmetConstraints(poem, '七言绝句', {})).toEqual([]);
  });
});
