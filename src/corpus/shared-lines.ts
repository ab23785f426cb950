/** When two poems are too near to each other to stand in different splits. */

/** Poems that share so many lines belong together; one line may be a phrase that everybody uses. */
export const SHARED_LINES = 2;

/** Whether a poem shares so many lines with others. */
export function sharesLines(lines: readonly string[], others: ReadonlySet<string>): boolean {
  return lines.filter((line) => others.has(line)).length >= SHARED_LINES;
}
