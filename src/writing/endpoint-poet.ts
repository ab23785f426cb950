/** A poet behind an OpenAI-compatible endpoint (vLLM, Ollama, llama-server): it writes freely, and its poems are checked. */
import type { LineIndex } from '../poetry/line-index.js';
import { ChatEndpoint, type ChatEndpointOptions } from './chat-endpoint.js';
import { SAMPLING_DEFAULTS } from './decoding/generation-settings.js';
import type { BatchOptions } from './write-request.js';
import type { ConstrainedOrder, PoemWriter } from './writer.js';
import { describePoem, type WrittenPoem } from './written-poem.js';

export interface EndpointOptions extends ChatEndpointOptions {
  /** Requests under way at the same time. */
  readonly concurrency?: number;
  readonly knownLines?: LineIndex;
}

const CONCURRENCY = 8;

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
