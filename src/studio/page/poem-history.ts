/** Poems written with this page, kept by the browser on this computer. */
import type { WrittenPoem } from '../../writing/written-poem.js';

const KEY = 'shiren-history';
/** The oldest go when there are more. */
const MOST_KEPT = 500;

export interface KeptPoem {
  readonly written: string;
  readonly poem: WrittenPoem;
}

/** The newest first. */
export function readHistory(): KeptPoem[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]') as KeptPoem[];
  } catch {
    return [];
  }
}

export function addToHistory(poem: WrittenPoem): KeptPoem[] {
  const kept = [{ written: new Date().toISOString(), poem }, ...readHistory()].slice(0, MOST_KEPT);
  localStorage.setItem(KEY, JSON.stringify(kept));
  return kept;
}

export function clearHistory(): void {
  localStorage.removeItem(KEY);
}

/** As JSON Lines, the format of `shiren write --json`. */
export function exportHistory(): Blob {
  const lines = readHistory().map(({ written, poem }) => JSON.stringify({ ...poem, written }));
  return new Blob(
    lines.map((line) => `${line}\n`),
    { type: 'application/x-ndjson' },
  );
}
