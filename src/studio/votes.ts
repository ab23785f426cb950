/**
 * Votes of people: between two poems, kept as TRL's preference pairs (what `type: dpo` stages train on), and thumbs up or down on one, kept
 * with a label (`type: kto` trains on both).
 */
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Static } from 'typebox';
import {
  assistantMessage,
  isLabelled,
  isPreference,
  userMessage,
  type PreferenceExample,
} from '../corpus/dataset.js';
import { byteLines, NEWLINE } from '../support/byte-lines.js';
import { InputError } from '../support/errors.js';
import { appendLine } from '../support/files.js';
import { StudioError } from './errors.js';
import type { ThumbSchema, VoteSchema } from './schemas.js';
import type { VoteTally } from './vote-tally.js';

export type Vote = Static<typeof VoteSchema>;
export type Thumb = Static<typeof ThumbSchema>;

/** A vote as its line keeps it. */
interface KeptVote extends PreferenceExample {
  readonly chosen_model: string;
  readonly rejected_model: string;
}

const MEBIBYTE = 2 ** 20;

/** Some hundred thousand votes. */
const MOST_BYTES = 64 * MEBIBYTE;

/** No vote that the studio takes is longer. */
const LONGEST_LINE = MEBIBYTE / 16;

/** The vote of a line, `thumb` for one on a single poem; undefined for what is none. */
function parseVote(text: string | undefined): KeptVote | 'thumb' | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    if (isLabelled(value)) return 'thumb';
    if (!isPreference(value)) return undefined;
    const { chosen_model: chosen, rejected_model: rejected } = value as Partial<KeptVote>;
    return typeof chosen === 'string' && typeof rejected === 'string' ? (value as KeptVote) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file's last line lacks its end. */
async function endsOpen(file: string, size: number): Promise<boolean> {
  if (size === 0) return false;
  for await (const chunk of createReadStream(file, { start: size - 1 }) as AsyncIterable<Buffer>) {
    return chunk.at(-1) !== NEWLINE;
  }
  return false;
}

/** What has been counted so far. */
class Count {
  readonly pairs = new Map<string, VoteTally>();
  /** Lines that are no votes. */
  skipped = 0;
  /** Bytes that have been read. */
  read = 0;

  add(text: string | undefined): void {
    if (text?.trim() === '') return;
    const vote = parseVote(text);
    if (vote === undefined) {
      this.skipped += 1;
      return;
    }
    if (vote === 'thumb') return;
    const { chosen_model: chosen, rejected_model: rejected } = vote;
    const key = JSON.stringify([chosen, rejected]);
    this.pairs.set(key, { chosen, rejected, votes: (this.pairs.get(key)?.votes ?? 0) + 1 });
  }
}

export class VoteBook {
  private count = new Count();
  /** Votes are kept and counted one after another. */
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param folder votes.jsonl lies in here
   * @param mostBytes how long the file may grow
   */
  constructor(
    private readonly folder: string,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  get file(): string {
    return path.join(this.folder, 'votes.jsonl');
  }

  /** Lines of the file that are no votes; they are left as they are and not counted. Those that the last tally met. */
  get skipped(): number {
    return this.count.skipped;
  }

  /** Keeps a vote. @throws StudioError (507) where the file would grow over its limit */
  add({ prompt, chosen, rejected, chosenModel, rejectedModel, blind }: Vote): Promise<void> {
    return this.keep({
      prompt: userMessage(prompt),
      chosen: assistantMessage(chosen),
      rejected: assistantMessage(rejected),
      chosen_model: chosenModel,
      rejected_model: rejectedModel,
      blind: blind ?? false,
    });
  }

  /** Keeps a thumb up or down. @throws StudioError (507) as {@link VoteBook.add} */
  addThumb({ prompt, poem, label, model }: Thumb): Promise<void> {
    return this.keep({ prompt: userMessage(prompt), completion: assistantMessage(poem), label, model });
  }

  private keep(vote: object): Promise<void> {
    const line = JSON.stringify(vote);
    return this.inTurn(async () => {
      await mkdir(this.folder, { recursive: true });
      const size = await this.size();
      if (size + Buffer.byteLength(line) + 1 > this.mostBytes) {
        throw new StudioError(
          507,
          'insufficient_storage_error',
          `${path.basename(this.file)} holds ${size} of at most ${this.mostBytes} bytes: move it away to begin a new one`,
        );
      }
      // A line that was cut off, by a crash or by hand, does not take the new one with it.
      await appendLine(this.file, (await endsOpen(this.file, size)) ? `\n${line}` : line);
    });
  }

  /** How often one model was chosen before another: only what was added since the last time is read. */
  tally(): Promise<VoteTally[]> {
    return this.inTurn(async () => {
      const size = await this.size();
      if (size < this.count.read) this.count = new Count();
      if (size > this.count.read) {
        for await (const { text, end } of byteLines(this.file, this.count.read, LONGEST_LINE)) {
          this.count.add(text);
          this.count.read = end;
        }
      }
      return [...this.count.pairs.values()];
    });
  }

  /** All votes as JSON Lines, without what else the file holds. */
  async *read(): AsyncGenerator<string> {
    if ((await this.size()) === 0) return;
    for await (const { text } of byteLines(this.file, 0, LONGEST_LINE)) {
      if (parseVote(text)) yield `${text}\n`;
    }
  }

  /** Bytes of the file; 0 where there is none. */
  private async size(): Promise<number> {
    const found = await stat(this.file).catch(() => undefined);
    if (found === undefined) return 0;
    if (!found.isFile()) throw new InputError(`${path.basename(this.file)}: expected a file`);
    return found.size;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
