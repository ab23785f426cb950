/** Votes of people between two poems, kept as TRL's preference pairs: what `type: dpo` stages train on. */
import { createReadStream, existsSync, type ReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Static } from 'typebox';
import { assistantMessage, userMessage } from '../corpus/dataset.js';
import { appendLine } from '../support/files.js';
import type { VoteSchema } from './schemas.js';

export type Vote = Static<typeof VoteSchema>;

/** Votes by the names of the two models: how often the one was chosen before the other. */
export interface VoteTally {
  readonly chosen: string;
  readonly rejected: string;
  readonly votes: number;
}

export class VoteBook {
  /** @param folder votes.jsonl lies in here */
  constructor(private readonly folder: string) {}

  get file(): string {
    return path.join(this.folder, 'votes.jsonl');
  }

  /** Keeps a vote. */
  async add({ prompt, chosen, rejected, chosenModel, rejectedModel, blind }: Vote): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const pair = {
      prompt: userMessage(prompt),
      chosen: assistantMessage(chosen),
      rejected: assistantMessage(rejected),
      chosen_model: chosenModel,
      rejected_model: rejectedModel,
      blind: blind ?? false,
    };
    await appendLine(this.file, JSON.stringify(pair));
  }

  async tally(): Promise<VoteTally[]> {
    const counts = new Map<string, VoteTally>();
    const text = existsSync(this.file) ? await readFile(this.file, 'utf8') : '';
    for (const line of text.split('\n').filter(Boolean)) {
      const { chosen_model: chosen, rejected_model: rejected } = JSON.parse(line) as Record<string, string>;
      if (chosen === undefined || rejected === undefined) continue;
      const key = JSON.stringify([chosen, rejected]);
      counts.set(key, { chosen, rejected, votes: (counts.get(key)?.votes ?? 0) + 1 });
    }
    return [...counts.values()];
  }

  /** All votes as JSON Lines. */
  read(): ReadStream | string {
    return existsSync(this.file) ? createReadStream(this.file) : '';
  }
}
