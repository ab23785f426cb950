/** The labels of judged answers, as a KTO stage reads them from a file. */
import { readLearnt } from '../src/corpus/learnt.js';

export async function labelsOf(file: string): Promise<(boolean | undefined)[]> {
  const labels: (boolean | undefined)[] = [];
  for await (const { learnt } of readLearnt('judged', { files: [file] })) {
    labels.push('label' in learnt ? learnt.label : undefined);
  }
  return labels;
}
