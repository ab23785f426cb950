/** Cleaned poems of sources, one after another. */
import { cleanPoem, type CleaningOptions } from './clean.js';
import type { CleanPoem } from './poem.js';
import { poemFiles, readPoems } from './read.js';

export async function* readCleanPoems(
  sources: readonly string[],
  options?: CleaningOptions,
): AsyncGenerator<CleanPoem> {
  for (const source of sources) {
    for await (const record of readPoems(await poemFiles(source))) {
      const { poem } = cleanPoem(record, options);
      if (poem) yield poem;
    }
  }
}
