/** One answer after another from an OpenAI-compatible endpoint: POST /chat/completions, asked again where it failed for now. */
import { setTimeout as delay } from 'node:timers/promises';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord } from '../support/files.js';

export interface ChatEndpointOptions {
  /** Up to `/v1`: http://localhost:8000/v1. */
  readonly endpoint: string;
  /** The model's name there. */
  readonly model: string;
  /** Sent as a bearer token; servers of one's own need none. */
  readonly apiKey?: string;
  /** Milliseconds that one answer may take. */
  readonly timeout?: number;
  /** How often a request is repeated that was refused for now (408, 409, 429, 5xx), timed out or broke off. */
  readonly retries?: number;
}

const MOST_TOKENS = 512;
const TIMEOUT = 60_000;
const RETRIES = 3;

/** Milliseconds to wait before a request is repeated, where the endpoint does not say: doubled each time. */
const [FIRST_WAIT, LONGEST_WAIT] = [500, 8_000];
/** Longer than this nobody waits for an answer. */
const LONGEST_WAIT_ASKED = 60_000;

/** An answer that is none: whether it is worth asking again, and after how many milliseconds. */
class Failure extends Error {
  constructor(
    message: string,
    readonly passing: boolean,
    readonly wait?: number,
  ) {
    super(message);
  }
}

export class ChatEndpoint {
  constructor(readonly options: ChatEndpointOptions) {
    if (!URL.canParse(options.endpoint)) {
      throw new InputError(
        `--endpoint ${options.endpoint}: expected a URL, for example http://localhost:8000/v1`,
      );
    }
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
    const { endpoint, model, retries = RETRIES } = this.options;
    const body = JSON.stringify({
      model,
      messages: [{ role: 'user', content }],
      temperature: settings.temperature,
      top_p: settings.topP,
      seed: settings.seed,
      max_tokens: MOST_TOKENS,
    });
    for (let attempt = 0; ; attempt += 1) {
      try {
        return withoutThought(await this.post(body, signal));
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Failure)) throw error;
        if (!error.passing || attempt >= retries) {
          throw new InputError(`${endpoint}, model ${model}: ${error.message}`);
        }
        await delay(error.wait ?? Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt), undefined, { signal });
      }
    }
  }

  /** @throws Failure for whatever is no chat completion */
  private async post(body: string, signal: AbortSignal | undefined): Promise<string> {
    const { endpoint, apiKey = 'none', timeout = TIMEOUT } = this.options;
    const late = AbortSignal.timeout(timeout);
    const failed =
      (what: (reason: string) => string) =>
      (error: unknown): never => {
        if (late.aborted) throw new Failure(`no answer within ${timeout / 1000} s`, true);
        throw new Failure(what(reasonOf(error)), true);
      };
    const response = await fetch(`${endpoint.replace(/\/+$/u, '')}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body,
      signal: signal ? AbortSignal.any([signal, late]) : late,
    }).catch(failed((reason) => `cannot be reached: ${reason}`));
    const brokeOff = failed((reason) => `the answer broke off or is not JSON (${reason})`);
    const text = await response.text().catch(brokeOff);
    if (!response.ok) throw refusal(response, text);
    const content = contentOf(parseOr(text, brokeOff));
    if (content !== undefined) return content;
    throw new Failure('answered without choices[0].message.content: not a chat completion', false);
  }
}

function parseOr(json: string, otherwise: (error: unknown) => unknown): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    return otherwise(error);
  }
}

/** What lies under a failed request: fetch itself says only that it failed. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

function refusal({ status, headers }: Response, text: string): Failure {
  const passing = [408, 409, 429].includes(status) || status >= 500;
  return new Failure(`answered ${status}: ${refusalMessage(text)}`, passing, askedWait(headers));
}

/** What a refusal says, in the shape of OpenAI's or in any other. */
function refusalMessage(text: string): string {
  const body = parseOr(text, () => undefined);
  const error = isRecord(body) ? body['error'] : undefined;
  const message = isRecord(error) ? error['message'] : error;
  if (typeof message === 'string') return message;
  return text.trim().slice(0, 200) || 'without a word';
}

/** Milliseconds after which the endpoint says to ask again. */
function askedWait(headers: Headers): number | undefined {
  const asked =
    Number(headers.get('retry-after-ms') ?? NaN) || Number(headers.get('retry-after') ?? NaN) * 1000;
  return asked >= 0 && asked <= LONGEST_WAIT_ASKED ? asked : undefined;
}

function contentOf(answer: unknown): string | undefined {
  const choices = isRecord(answer) ? answer['choices'] : undefined;
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isRecord(first) ? first['message'] : undefined;
  const content = isRecord(message) ? message['content'] : undefined;
  return typeof content === 'string' ? content : undefined;
}

/** Models that think aloud do so before the answer. */
function withoutThought(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>/u, '').trim();
}
