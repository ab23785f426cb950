/** A poet behind an OpenAI-compatible endpoint (vLLM, Ollama, llama-server): it writes freely, and its poems are checked. */
import OpenAI, { APIConnectionTimeoutError, APIError } from 'openai';
import type { LineIndex } from '../poetry/line-index.js';
import { InputError, messageOf } from '../support/errors.js';
import { SAMPLING_DEFAULTS } from './generation-settings.js';
import type { BatchOptions, ConstrainedOrder, PoemWriter } from './writer.js';
import { describePoem, type WrittenPoem } from './written-poem.js';

export interface EndpointOptions {
  /** Up to `/v1`: http://localhost:8000/v1. */
  readonly endpoint: string;
  /** The model's name there. */
  readonly model: string;
  /** Sent as a bearer token; servers of one's own need none. */
  readonly apiKey?: string;
  /** Milliseconds that one answer may take. */
  readonly timeout?: number;
  /** How often a request is repeated that was refused for now (429, 5xx), timed out or broke off. */
  readonly retries?: number;
  /** Requests under way at the same time. */
  readonly concurrency?: number;
  readonly knownLines?: LineIndex;
}

const MOST_TOKENS = 512;
const TIMEOUT = 60_000;
const RETRIES = 3;
const CONCURRENCY = 8;

/** Asks an OpenAI-compatible endpoint for one answer after another. */
export class ChatEndpoint {
  private readonly client: OpenAI;

  constructor(readonly options: EndpointOptions) {
    if (!URL.canParse(options.endpoint)) {
      throw new InputError(
        `--endpoint ${options.endpoint}: expected a URL, for example http://localhost:8000/v1`,
      );
    }
    this.client = new OpenAI({
      baseURL: options.endpoint,
      apiKey: options.apiKey ?? 'none',
      timeout: options.timeout ?? TIMEOUT,
      maxRetries: options.retries ?? RETRIES,
    });
  }

  /**
   * The answer to one message.
   *
   * @throws InputError naming the endpoint where it does not answer, refuses, or answers with something else
   */
  async ask(
    content: string,
    settings: { temperature: number; topP: number; seed: number },
    signal?: AbortSignal,
  ): Promise<string> {
    const retries = this.options.retries ?? RETRIES;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await this.client.chat.completions.create(
          {
            model: this.options.model,
            messages: [{ role: 'user', content }],
            temperature: settings.temperature,
            top_p: settings.topP,
            seed: settings.seed,
            max_tokens: MOST_TOKENS,
          },
          { signal },
        );
        const text: unknown = answer.choices?.[0]?.message?.content;
        if (typeof text === 'string') return withoutThought(text);
        throw this.error('answered without choices[0].message.content: not a chat completion');
      } catch (error) {
        signal?.throwIfAborted();
        // The client repeats what was refused before an answer began; an answer that broke off is ours to ask for again.
        const brokeOff = !(error instanceof APIError) && !(error instanceof InputError);
        if (!brokeOff || attempt >= retries) throw this.describe(error);
      }
    }
  }

  private describe(error: unknown): Error {
    if (error instanceof InputError) return error;
    if (error instanceof APIConnectionTimeoutError) {
      return this.error(`no answer within ${(this.options.timeout ?? TIMEOUT) / 1000} s`);
    }
    if (error instanceof APIError) {
      const status = error.status === undefined ? 'cannot be reached' : `answered ${error.status}`;
      const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
      return this.error(`${status}: ${error.message}${cause}`);
    }
    return this.error(`the answer broke off or is not JSON (${messageOf(error)})`);
  }

  private error(what: string): InputError {
    return new InputError(`${this.options.endpoint}, model ${this.options.model}: ${what}`);
  }
}

/** Models that think aloud do so before the answer. */
function withoutThought(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>/u, '').trim();
}

export class EndpointPoet implements PoemWriter {
  private readonly chat: ChatEndpoint;

  constructor(private readonly options: EndpointOptions) {
    this.chat = new ChatEndpoint(options);
  }

  /** The model behind an endpoint cannot be held to constraints: its poems are judged afterwards. */
  async writeAll(orders: readonly ConstrainedOrder[], options: BatchOptions = {}): Promise<WrittenPoem[]> {
    const { temperature, topP } = { ...SAMPLING_DEFAULTS, ...options.sampling };
    const poems: WrittenPoem[] = [];
    const queue = orders.entries();
    const work = async (): Promise<void> => {
      for (const [index, order] of queue) {
        const settings = { temperature, topP, seed: order.seed };
        const text = await this.chat.ask(order.prompt, settings, options.signal);
        options.onToken?.(index, text);
        const { model, knownLines } = this.options;
        const constraints = options.free ? undefined : (order.constraints ?? options);
        poems[index] = describePoem(order, text, model, 0, { constraints, known: knownLines });
      }
    };
    const workers = Math.min(orders.length, this.options.concurrency ?? CONCURRENCY);
    await Promise.all(Array.from({ length: workers }, work));
    return poems;
  }

  async release(): Promise<void> {
    // Nothing is held between requests.
  }
}
