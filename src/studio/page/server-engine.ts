/** The studio's server as the page's engine, and as what trains and evaluates. */
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { TextCheck } from '../../poetry/prosody/check-text.js';
import type { CharacterAnswer, RhymeEntry } from '../../poetry/readings/lookup.js';
import type { Suggestion } from '../../writing/suggest.js';
import type { WrittenPoem } from '../../writing/written-poem.js';
import type { ErrorBody } from '../errors.js';
import type { JobRecord } from '../jobs.js';
import type { RunHistory, RunListing } from '../runs.js';
import type { JsonRequest } from '../../writing/json-request.js';
import { SKIPPED_LINES, type VoteTally } from '../vote-tally.js';
import type { Thumb, Vote } from '../votes.js';
import type { Description, Engine } from './engine.js';

const TOKEN_KEY = 'shiren-token';

/** A refusal of the server, with its status. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface TrainRequest {
  readonly recipe: string;
  readonly data?: string;
  readonly settings?: Readonly<Record<string, number | string | boolean>>;
  /** Trains nothing: the job's lines say what each stage would take. */
  readonly dry_run?: boolean;
}

export interface EvaluateRequest {
  readonly models: readonly string[];
  readonly prompts: number;
  readonly seeds: number;
}

export interface VoteCount {
  readonly tally: readonly VoteTally[];
  /** Lines of the votes' file that are no votes. */
  readonly skipped: number;
}

export class ServerEngine implements Engine {
  /** Keeps the token for as long as the page is open. */
  setToken(token: string): void {
    sessionStorage.setItem(TOKEN_KEY, token);
  }

  describe(): Promise<Description> {
    return this.json('api/studio');
  }

  async write(
    request: JsonRequest,
    onText: (candidate: number, text: string) => void,
    signal: AbortSignal,
  ): Promise<WrittenPoem[]> {
    let poems: WrittenPoem[] = [];
    await this.events('api/write', request, signal, (event, data) => {
      if (event === 'text') {
        const { candidate, text } = data as { candidate: number; text: string };
        onText(candidate, text);
      } else if (event === 'poems') poems = (data as { poems: WrittenPoem[] }).poems;
    });
    return poems;
  }

  check(text: string, book: string): Promise<TextCheck> {
    return this.json('api/check', { text, book });
  }

  suggest(text: string, book: string): Promise<Suggestion[]> {
    return this.json('api/suggest', { text, book });
  }

  lookUp(character: string): Promise<CharacterAnswer> {
    return this.json(`api/lookup?${new URLSearchParams({ character })}`);
  }

  rhyme(group: string, book: string): Promise<RhymeEntry[]> {
    return this.json(`api/rhyme?${new URLSearchParams({ group, book })}`);
  }

  jobs(kind: JobRecord['kind']): Promise<JobRecord[]> {
    return this.json(`api/jobs?kind=${kind}`);
  }

  train(request: TrainRequest): Promise<JobRecord> {
    return this.json('api/jobs/train', request);
  }

  evaluate(request: EvaluateRequest): Promise<JobRecord> {
    return this.json('api/jobs/eval', request);
  }

  stop(id: string): Promise<JobRecord> {
    return this.json(`api/jobs/${id}/stop`, {});
  }

  resume(id: string): Promise<JobRecord> {
    return this.json(`api/jobs/${id}/resume`, {});
  }

  /** Calls back for each event of a job until it ends. */
  watch(id: string, signal: AbortSignal, onEvent: (event: string, data: unknown) => void): Promise<void> {
    return this.events(`api/jobs/${id}/events`, undefined, signal, onEvent);
  }

  /** Where the report of an evaluation is; undefined where there is none yet. */
  async report({ key }: JobRecord): Promise<string | undefined> {
    const url = `reports/${key}`;
    return (await fetch(url)).status === 200 ? url : undefined;
  }

  runs(): Promise<RunListing[]> {
    return this.json('api/runs');
  }

  history(id: string): Promise<RunHistory> {
    return this.json(`api/runs/history?id=${encodeURIComponent(id)}`);
  }

  /** Keeps a vote, and says how they stand then. */
  vote(vote: Vote): Promise<VoteCount> {
    return this.voteCount(vote);
  }

  /** Keeps a thumb up or down on a poem. */
  async thumb(thumb: Thumb): Promise<void> {
    await this.fetch('api/thumbs', thumb);
  }

  votes(): Promise<VoteCount> {
    return this.voteCount();
  }

  async exportVotes(): Promise<Blob> {
    return (await this.fetch('api/votes.jsonl')).blob();
  }

  addModel(model: string, adapter: string | undefined): Promise<{ id: string }> {
    return this.json('api/models', { model, ...(adapter === undefined ? {} : { adapter }) });
  }

  private async voteCount(vote?: Vote): Promise<VoteCount> {
    const response = await this.fetch('api/votes', vote);
    const tally = (await response.json()) as VoteTally[];
    return { tally, skipped: Number(response.headers.get(SKIPPED_LINES)) };
  }

  private async json<T>(path: string, body?: unknown): Promise<T> {
    return (await this.fetch(path, body)).json() as Promise<T>;
  }

  private async events(
    path: string,
    body: unknown,
    signal: AbortSignal,
    onEvent: (event: string, data: unknown) => void,
  ): Promise<void> {
    const response = await this.fetch(path, body, signal);
    if (!response.body) return;
    const events = response.body
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>)
      .pipeThrough(new EventSourceParserStream())
      .getReader();
    for (;;) {
      const { done, value } = await events.read();
      if (done) return;
      const data: unknown = JSON.parse(value.data);
      if (value.event === 'error') throw new ServerError(500, (data as ErrorBody).error.message);
      onEvent(value.event ?? 'message', data);
    }
  }

  /** @throws ServerError with what the server says */
  private async fetch(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const token = sessionStorage.getItem(TOKEN_KEY);
    const response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    if (response.ok) return response;
    const answer = (await response.json().catch(() => undefined)) as ErrorBody | undefined;
    throw new ServerError(response.status, answer?.error.message ?? response.statusText);
  }
}
