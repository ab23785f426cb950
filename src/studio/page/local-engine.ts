/** The miniature in the browser itself, in a worker: what a static site has. */
import type { TextCheck } from '../../poetry/prosody/check-text.js';
import type { CharacterAnswer, RhymeEntry } from '../../poetry/readings/lookup.js';
import type { Suggestion } from '../../writing/suggest.js';
import type { WrittenPoem } from '../../writing/written-poem.js';
import type { JsonRequest } from '../../writing/json-request.js';
import type { Description, Engine } from './engine.js';
import type { FromWorker, LocalFiles, Question, ToWorker } from './engine-worker.js';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onText?: (candidate: number, text: string) => void;
}

export class LocalEngine implements Engine {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private asked = 0;

  constructor(
    readonly files: LocalFiles,
    private readonly description: Description,
  ) {
    this.worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module' });
    this.worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.receive(data));
    this.post({ kind: 'files', id: 0, files });
  }

  async describe(): Promise<Description> {
    return this.description;
  }

  write(
    request: JsonRequest,
    onText: (candidate: number, text: string) => void,
    signal: AbortSignal,
  ): Promise<WrittenPoem[]> {
    const id = this.asked + 1;
    signal.addEventListener('abort', () => this.post({ kind: 'stop', id }));
    return this.ask({ kind: 'write', request }, onText);
  }

  check(text: string, book: string): Promise<TextCheck> {
    return this.ask({ kind: 'check', text, book });
  }

  suggest(text: string, book: string): Promise<Suggestion[]> {
    return this.ask({ kind: 'suggest', text, book });
  }

  lookUp(character: string): Promise<CharacterAnswer> {
    return this.ask({ kind: 'lookup', character });
  }

  rhyme(group: string, book: string): Promise<RhymeEntry[]> {
    return this.ask({ kind: 'rhyme', group, book });
  }

  private ask<T>(message: Question, onText?: Pending['onText']): Promise<T> {
    this.asked += 1;
    const id = this.asked;
    const answer = new Promise<T>((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject, onText });
    });
    this.post({ ...message, id });
    return answer;
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private receive(message: FromWorker): void {
    const pending = this.pending.get(message.id);
    if (message.kind === 'text') {
      pending?.onText?.(message.candidate, message.text);
      return;
    }
    this.pending.delete(message.id);
    if (message.kind === 'answer') pending?.resolve(message.value);
    else pending?.reject(new Error(message.message));
  }
}
