/** OpenAI's API: what chat clients speak. */
import { randomInt, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ChatMessage } from '../model/chat-template.js';
import type { Generation } from '../writing/decoding/generate.js';
import { SAMPLING_DEFAULTS, type SamplingOptions } from '../writing/decoding/generation-settings.js';
import type { AnswerOptions, Poet } from '../writing/poet.js';
import type { Admission } from './admission.js';
import {
  ChatAnswerSchema,
  ChatSchema,
  ModelSchema,
  ModelsSchema,
  unsupportedKey,
  type ChatBody,
} from './chat-schemas.js';
import { toldScript, toSimplified, type Script } from '../poetry/script/script.js';
import { InputError } from '../support/errors.js';
import { readConstraints } from '../writing/json-request.js';
import type { Constraints } from '../writing/constraints/constraint-schema.js';
import { readConversation, type ConversationRequest } from '../writing/prompt-request.js';
import { restorerFor, scriptOfRequest, simplifiedConstraints } from '../writing/request-script.js';
import { requireNothingDropped } from '../writing/write-request.js';
import { seedAfter } from '../writing/writer.js';
import { StudioError } from './errors.js';
import { callerSignal, streamEvents } from './event-stream.js';
import type { ModelListing, ModelShelf } from './model-shelf.js';
import { contentOf, EVENTS, refusals, WRITING } from './openapi.js';

export interface ChatServices {
  readonly shelf: ModelShelf;
  readonly admission: Admission;
  /** Tokens that one answer may have. */
  readonly mostTokens: number;
}

/** Told what a choice has come to. Nobody is told where the answer is sent whole: texts are not decoded for it. */
type OnText = (choice: number, text: string) => void;

type Answer = Generation & { readonly promptTokens: number };

const SEEDS = 2 ** 31;

/** What of OpenAI's API is spoken. */
export const OPENAI_ROUTES = ['GET /v1/models', 'GET /v1/models/ID', 'POST /v1/chat/completions'] as const;

export function chatRoutes(app: FastifyInstance, services: ChatServices): void {
  const { shelf, admission } = services;

  app.get(
    '/v1/models',
    { schema: { summary: 'The models to choose from', tags: ['openai'], response: { 200: ModelsSchema } } },
    async () => ({
      object: 'list',
      data: (await shelf.list()).map(describeModel),
    }),
  );

  // An id may be a path.
  app.get<{ Params: { '*': string } }>(
    '/v1/models/*',
    {
      schema: {
        summary: 'One of the models',
        tags: ['openai'],
        response: { 200: ModelSchema, ...refusals(404) },
      },
    },
    async ({ params }) => describeModel(await shelf.find(params['*'])),
  );

  app.post(
    '/v1/chat/completions',
    {
      schema: {
        summary: 'An answer to a conversation, whole or (stream: true) as it grows',
        description: 'A message that asks for a known form is answered in that form, unless free is true.',
        tags: ['openai'],
        body: ChatSchema,
        response: {
          200: contentOf('the answer', { 'application/json': ChatAnswerSchema, ...EVENTS }),
          ...refusals(...WRITING),
        },
      },
    },
    async (request: FastifyRequest, reply: FastifyReply) => {
      const body = request.body as ChatBody;
      const unsupported = unsupportedKey(body);
      if (unsupported !== undefined) {
        const details = { param: unsupported, code: 'unsupported_parameter' };
        throw new StudioError(400, 'invalid_request_error', `${unsupported}: not supported here`, details);
      }
      const listing = await shelf.find(body.model);
      const id = `chatcmpl-${randomUUID()}`;
      const created = Math.floor(Date.now() / 1000);
      const caller = callerSignal(request, reply);
      const answerAll = (onText?: OnText): Promise<Answer[]> =>
        admission.run(body.n ?? 1, caller, (signal) =>
          shelf.use(listing, (poet) => choices(poet, body, services.mostTokens, signal, onText)),
        );
      if (!body.stream) {
        const answers = await answerAll();
        return {
          id,
          object: 'chat.completion',
          created,
          model: listing.id,
          choices: answers.map((answer, index) => ({
            index,
            message: { role: 'assistant', content: answer.text },
            finish_reason: finishReason(answer),
            logprobs: null,
          })),
          usage: usageOf(answers),
        };
      }
      const head = { id, object: 'chat.completion.chunk', created, model: listing.id };
      return streamEvents(
        reply,
        async (send) => {
          const shown: string[] = [];
          const chunk = (index: number, delta: object, finish: string | null = null): void =>
            send({ ...head, choices: [{ index, delta, finish_reason: finish, logprobs: null }] });
          const answers = await answerAll((index, text) => {
            const before = shown[index];
            shown[index] = text;
            chunk(index, {
              ...(before === undefined ? { role: 'assistant' } : {}),
              content: text.slice((before ?? '').length),
            });
          });
          answers.forEach((answer, index) => chunk(index, {}, finishReason(answer)));
          if (body.stream_options?.include_usage) send({ ...head, choices: [], usage: usageOf(answers) });
        },
        '[DONE]',
      );
    },
  );
}

const describeModel = ({ id, created }: ModelListing) => ({
  id,
  object: 'model',
  created: Math.floor(created / 1000),
  owned_by: 'shiren',
});

/** The answers of a request, told as they grow. */
async function choices(
  poet: Poet,
  body: ChatBody,
  mostTokens: number,
  signal: AbortSignal,
  onText: OnText | undefined,
): Promise<Answer[]> {
  const messages = body.messages.map(({ role, content }): ChatMessage => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map((part) => part.text).join(''),
  }));
  const last = messages.at(-1);
  const constraints = readConstraints(body.constraints);
  requireNothingDropped({ ...constraints, free: body.free });
  const heard =
    body.free || last?.role !== 'user' ? undefined : readConversation(saidByUser(messages), constraints);
  if (heard?.form === undefined && body.constraints && Object.keys(body.constraints).length > 0) {
    throw new InputError('constraints: the last message asks for no form that they could be kept in');
  }
  if (heard?.form === undefined && body.script !== undefined) {
    throw new InputError(`script: found ${body.script}, expected a last message that asks for a form`);
  }
  const ask = await answerer(poet, messages, heard, constraints, body.script);
  const asked = body.max_completion_tokens ?? body.max_tokens ?? mostTokens;
  const n = body.n ?? 1;
  // Another poem is another one with the same seed, too.
  const before = heard === undefined ? 0 : n * (saidByUser(messages).length - 1);
  const seed = seedAfter(body.seed ?? randomInt(SEEDS), before);
  const stop = [body.stop ?? []].flat();
  return Promise.all(
    Array.from({ length: n }, (_, index) =>
      ask({
        sampling: samplingOf(body),
        maxNewTokens: Math.min(asked, mostTokens),
        seed: seedAfter(seed, index),
        stop,
        signal,
        onToken: onText && ((text) => onText(index, text)),
      }),
    ),
  );
}

const saidByUser = (messages: readonly ChatMessage[]): string[] =>
  messages.filter(({ role }) => role === 'user').map(({ content }) => content);

/**
 * What answers a conversation: where its last message asks for a form, in that form and in a script, that of the request where absent. The
 * model then reads that request alone, as it was trained to: with other talk before it, it loses sight of what it is asked.
 */
async function answerer(
  poet: Poet,
  messages: readonly ChatMessage[],
  heard: ConversationRequest | undefined,
  given: Constraints,
  script: Script | undefined,
): Promise<(options: AnswerOptions) => Promise<Answer>> {
  const { form, lineCount, rhyme } = heard ?? {};
  if (heard === undefined || form === undefined) return (options) => poet.answer(messages, options);
  // The latest message that tells its script.
  const prompt = saidByUser(messages).findLast((content) => toldScript(content) !== undefined);
  const restore = await restorerFor(script ?? scriptOfRequest({ ...given, prompt }), given);
  const asked: ChatMessage[] = [
    ...messages.filter(({ role }) => role === 'system'),
    { role: 'user', content: heard.prompt },
  ];
  const simplified = asked.map(({ role, content }) => ({ role, content: toSimplified(content) }));
  const constraints = { lineCount, rhyme, ...given, ...simplifiedConstraints(given) };
  return async (options) => {
    const { onToken, stop } = options;
    const answer = await poet.answer(simplified, {
      ...options,
      form,
      constraints,
      stop: stop?.map(toSimplified),
      onToken: onToken && ((text) => onToken(restore(text, true))),
    });
    const text = restore(answer.text);
    // A line that was cut short is told now.
    onToken?.(text);
    return { ...answer, text };
  };
}

/** OpenAI's defaults, which are not ours, and ours for what OpenAI has not. */
const samplingOf = (body: ChatBody): SamplingOptions => ({
  temperature: body.temperature ?? 1,
  topP: body.top_p ?? 1,
  topK: body.top_k ?? SAMPLING_DEFAULTS.topK,
  minP: body.min_p ?? SAMPLING_DEFAULTS.minP,
  repetitionPenalty: body.repetition_penalty ?? SAMPLING_DEFAULTS.repetitionPenalty,
});

const finishReason = ({ finished }: Answer): 'stop' | 'length' => (finished ? 'stop' : 'length');

function usageOf(answers: readonly Answer[]): Record<string, number> {
  const prompt = answers[0]?.promptTokens ?? 0;
  const completion = answers.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
