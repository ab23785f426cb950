/** What a person sees of an evaluation: a bar a candidate and a table; or JSON lines, the summary last. */
import { comparisonTable, examplePoems } from '../evaluation/report.js';
import type { EvaluationOutcome } from '../pipeline/evaluate-models.js';
import { say } from './language.js';
import { startProgress, type Progress } from './progress.js';

/** Prompts whose poems are shown below the table. */
const EXAMPLES = 3;

export class EvaluationDisplay {
  private current: { readonly name: string; readonly bar: Progress } | undefined;

  constructor(private readonly json = false) {}

  progress(candidate: string, done: number, total: number): void {
    if (this.json) {
      console.log(JSON.stringify({ candidate, done, total }));
      return;
    }
    if (this.current?.name !== candidate) {
      this.stop();
      const title = say(`评测 ${candidate}`, `evaluate ${candidate}`);
      this.current = { name: candidate, bar: startProgress(title, total) };
    }
    this.current.bar.update(done, '');
  }

  outcome({ results, ...summary }: EvaluationOutcome): void {
    this.stop();
    if (this.json) console.log(JSON.stringify(summary));
    else console.log(`\n${comparisonTable(summary.candidates)}\n\n${examplePoems(results, EXAMPLES)}`);
  }

  stop(): void {
    this.current?.bar.stop();
    this.current = undefined;
  }
}
