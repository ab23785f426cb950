/** What OpenAI's interface refuses, and what it fills in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startStudio, type TestStudio } from '../studio.js';

describe('a chat', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.app.close());
  const ask = async (body: object) => {
    const response = await post(`${studio.address}/v1/chat/completions`, {
      model: 'models/miniature',
      messages: [{ role: 'user', content: '春' }],
      ...body,
    });
    const answer = (await response.json()) as {
      error?: { message: string; type: string; param: string | null; code: unknown };
      usage?: { prompt_tokens: number; completion_tokens: number };
      choices?: { finish_reason: string; message: unknown }[];
    };
    return { status: response.status, ...answer };
  };
  const long = (characters: number) => [{ role: 'user', content: '春'.repeat(characters) }];

  it.each<[object, RegExp]>([
    [{ stop: '' }, /stop/],
    [{ stop: [] }, /stop/],
    [{ stop: ['a', ''] }, /stop/],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, /stop/],
    [{ seed: 2 ** 60 }, /seed/],
    [{ seed: -1 }, /seed/],
    [{ n: 0 }, /n/],
    [{ temperature: 9 }, /temperature/],
    [{ max_tokens: 0 }, /max_tokens/],
    [{ constraints: { acrostic: '春' } }, /constraints: the last message asks for no form/],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, /tools: not supported here/],
    [{ response_format: { type: 'json_object' } }, /response_format: not supported here/],
    [{ logprobs: true }, /logprobs: not supported here/],
    [{ tool_choice: 'required' }, /tool_choice: not supported here/],
    [{ reasoning_effort: 'high' }, /reasoning_effort: not supported here/],
    [{ guided_json: {} }, /guided_json: not supported here/],
    [{ frequency_penalty: 0.5 }, /frequency_penalty: not supported here/],
    [
      { messages: [{ role: 'assistant', content: '', tool_calls: [{ id: '1' }] }] },
      /messages\[0\]\.tool_calls: not supported here/,
    ],
    [{ messages: [{ role: 'tool', content: '1', tool_call_id: '1' }] }, /messages\[0\]\.role: found "tool"/],
    [{ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }, /content/],
    [{ top_k: -1 }, /top_k: found -1/],
    [{ free: true, constraints: { acrostic: '春' } }, /acrostic: found together with free/],
  ])('with %j is refused', async (body, message) => {
    const { status, error } = await ask(body);
    expect([status, error?.type, error?.message]).toEqual([
      400,
      'invalid_request_error',
      expect.stringMatching(message),
    ]);
  });

  it('over the limit of tokens is told so', async () => {
    const { status, error } = await ask({ messages: long(2000) });
    expect([status, error?.code, error?.message]).toEqual([
      400,
      'context_length_exceeded',
      expect.stringMatching(/^messages: found \d+ tokens, expected at most 1024 with an answer/),
    ]);
  });

  it('answers into the room that is left where no limit is given, or more than there is', async () => {
    for (const limit of [{}, { max_tokens: 100_000 }, { max_completion_tokens: null }]) {
      const { status, usage } = await ask({ messages: long(990), ...limit, seed: 1 });
      expect(status).toBe(200);
      expect(usage!.prompt_tokens + usage!.completion_tokens).toBeLessThanOrEqual(1024);
    }
  });

  it('names what it has not as OpenAI does', async () => {
    const { error } = await ask({ response_format: { type: 'json_object' } });
    expect(error).toMatchObject({ param: 'response_format', code: 'unsupported_parameter' });
  });

  it('samples by what other servers have beside OpenAI’s settings', async () => {
    const text = async (body: object): Promise<unknown> => (await ask({ max_tokens: 12, ...body })).choices;
    const greedy = await text({ temperature: 0 });
    expect(await text({ top_k: 1, seed: 1 })).toEqual(greedy);
    expect(await text({ top_k: 1, seed: 2 })).toEqual(greedy);
    expect(await text({ min_p: 1, seed: 3 })).toEqual(greedy);
    expect(await text({ seed: 3 })).not.toEqual(greedy);
  });

  it.each(['completions', 'embeddings', 'responses', 'images/generations', 'audio/speech', 'moderations'])(
    'is what there is: %s is not found, with what is',
    async (name) => {
      const answer = await post(`${studio.address}/v1/${name}`, { model: 'models/miniature', input: '春' });
      expect([answer.status, await answer.json()]).toEqual([
        404,
        {
          error: {
            message: `POST /v1/${name}: no such route, expected one of GET /v1/models, GET /v1/models/ID, POST /v1/chat/completions`,
            type: 'not_found_error',
            param: null,
            code: 'unknown_url',
          },
        },
      ]);
    },
  );

  it('ignores what asks for nothing', async () => {
    const nothing = {
      tools: [],
      logprobs: false,
      response_format: { type: 'text' },
      logit_bias: null,
      user: 'x',
    };
    expect((await ask({ ...nothing, max_tokens: 2 })).status).toBe(200);
  });

  it('has models that can be asked for by their ids', async () => {
    const one = await fetch(`${studio.address}/v1/models/models/miniature-dpo`);
    expect([one.status, await one.json()]).toEqual([
      200,
      expect.objectContaining({ id: 'models/miniature-dpo', object: 'model', owned_by: 'shiren' }),
    ]);
    const encoded = await fetch(`${studio.address}/v1/models/${encodeURIComponent('models/miniature')}`);
    expect(encoded.status).toBe(200);
    expect((await fetch(`${studio.address}/v1/models/none`)).status).toBe(404);
  });

  it('takes seeds up to the largest whole number', async () => {
    const largest = { seed: Number.MAX_SAFE_INTEGER, n: 2, max_tokens: 4 };
    expect((await ask(largest)).status).toBe(200);
  });
});
