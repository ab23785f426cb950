/** Poems as plain text, a blank line between them: what `pretrain` reads. */
import { halvesOf, layOut } from '../poetry/forms/layout.js';
import { InputError } from '../support/errors.js';
import { digest32 } from '../support/digest.js';
import { readText } from '../support/files.js';
import { splitLines } from '../poetry/text.js';
import { CLEANING_DEFAULTS } from './clean.js';
import { linesOf, readPoemFile } from './poem-stream.js';
import { readCleanPoems } from './read-clean.js';
import { sharesLines } from './shared-lines.js';

/** One of several parts of a corpus that have no poem in common. */
export interface Part {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

export interface PlainTextOptions {
  /** As for `data build`. */
  readonly sources: readonly string[];
  /** Longer poems are left out. */
  readonly mostLines: number;
  /** Poems that share lines with these ({@link sharesLines}) are left out. */
  readonly exclude: ReadonlySet<string>;
  readonly part?: Part;
}

/** Poems joined by blank lines. */
export function joinPoems(poems: readonly string[]): string {
  return poems.length === 0 ? '' : `${poems.join('\n\n')}\n`;
}

/** Each poem, and after it its second half as a text of its own: what a judge of coherence learns from. */
export function withSecondHalves(poems: readonly string[]): string[] {
  return poems.flatMap((poem) => {
    const [, second] = halvesOf(splitLines(poem));
    return second.length === 0 ? [poem] : [poem, layOut(second)];
  });
}

/** The poems of a plain-text file. @throws InputError where there is no such file */
export async function readPlainText(file: string): Promise<string[]> {
  return (await readText(file))
    .split(/\n\s*\n/)
    .map((poem) => poem.trim())
    .filter((poem) => poem !== '');
}

/** The lines of all poems of a text file, with whatever stands around them. @throws InputError where there is no such file */
export async function readKnownLines(file: string): Promise<Set<string>> {
  const lines = new Set<string>();
  for await (const poem of readPoemFile(file)) for (const line of linesOf(poem)) lines.add(line);
  return lines;
}

/** Reads `1/2`. @throws InputError for anything but two whole numbers, the first from 1 to the second */
export function parsePart(text: string): Part {
  const [, index = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index < 1 || index > of) {
    throw new InputError(`--part ${text}: expected a part of so many, for example 1/2`);
  }
  return { index, of };
}

/** Poems that begin alike are always in the same part. */
function isInPart(lines: readonly string[], { index, of }: Part): boolean {
  return digest32(lines[0] ?? '') % of === index - 1;
}

/** Cleaned poems of the sources, each text once. */
export async function collectPoems(options: PlainTextOptions): Promise<string[]> {
  const { mostLines, part, exclude } = options;
  const poems = new Set<string>();
  for await (const poem of readCleanPoems(options.sources, { ...CLEANING_DEFAULTS, mostLines })) {
    if (part && !isInPart(poem.lines, part)) continue;
    if (sharesLines(poem.lines, exclude)) continue;
    poems.add(layOut(poem.lines, poem.marks));
  }
  return [...poems];
}
