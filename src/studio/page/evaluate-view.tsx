/** Evaluate: models on the same prompts, and the report, which grows as models are done. */
import { useEffect, useState } from 'preact/hooks';
import type { JobRecord } from '../jobs.js';
import type { Description } from './engine.js';
import { CountField, ModelsField } from './fields.js';
import { Intro } from './intro.js';
import { JobList, useJobs, viewKey } from './job-list.js';
import { useSay } from './language.js';
import type { ServerEngine } from './server-engine.js';

interface EvaluateViewProps {
  readonly engine: ServerEngine;
  readonly description: Description;
}

export function EvaluateView({ engine, description }: EvaluateViewProps) {
  const say = useSay();
  const control = useJobs(engine, 'eval');
  const { selected } = control;
  const [models, setModels] = useState<readonly string[]>(description.models.slice(0, 2).map(({ id }) => id));
  const [prompts, setPrompts] = useState(20);
  const [seeds, setSeeds] = useState(1);
  return (
    <div class="columns">
      <div class="panel">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            control.act(engine.evaluate({ models, prompts, seeds }));
          }}
        >
          <ModelsField models={description.models} chosen={models} onChange={setModels} />
          <CountField label={say('题数', 'prompts')} value={prompts} onChange={setPrompts} />
          <CountField label={say('每题几首', 'poems a prompt')} value={seeds} onChange={setSeeds} />
          <p class="hint">
            {say(
              `共 ${models.length * prompts * seeds} 首。小模型一秒约写数首，大者慢得多。`,
              `${models.length * prompts * seeds} poems in all. The miniature writes several a second, larger models far fewer.`,
            )}
          </p>
          <button type="submit" class="primary" disabled={models.length === 0}>
            {say('评测', 'Evaluate')}
          </button>
        </form>
        <JobList engine={engine} control={control} />
      </div>
      <section aria-label={say('报告', 'report')}>
        {selected ? (
          <EvaluationProgress
            key={viewKey(selected)}
            engine={engine}
            job={selected}
            onEnd={control.refresh}
          />
        ) : (
          <EvaluateIntro />
        )}
      </section>
    </div>
  );
}

function EvaluateIntro() {
  const say = useSay();
  return (
    <Intro title={say('各写各的，再看成绩', 'The same prompts for all, then the figures')}>
      <p>
        {say(
          '每个模型写同样的题，题目未曾学过；逐首评定格律、押韵、切题、对仗、新意，连同区间并列成表。',
          'Each model answers the same prompts, which none has seen. Form, rhyme, tones, themes, parallelism and novelty are judged, and stand side by side with their intervals.',
        )}
      </p>
      <ol>
        <li>{say('选要比的模型，须同一底模。', 'Choose models to compare; they share one base.')}</li>
        <li>
          {say(
            '定题数，按「评测」。头一回须先备数据，约一分钟。',
            'Choose how many prompts and press Evaluate. The first time the data sets are built, about a minute.',
          )}
        </li>
        <li>
          {say(
            '报告写成一段显一段，诗也在其中。',
            'The report grows as models are done, with all the poems.',
          )}
        </li>
      </ol>
    </Intro>
  );
}

interface Progress {
  readonly candidate: string;
  readonly done: number;
  readonly total: number;
}

const isProgress = (line: unknown): line is Progress =>
  typeof line === 'object' && line !== null && 'candidate' in line && 'done' in line;

function EvaluationProgress({
  engine,
  job,
  onEnd,
}: {
  engine: ServerEngine;
  job: JobRecord;
  onEnd: () => void;
}) {
  const say = useSay();
  const [progress, setProgress] = useState<Progress>();
  const [report, setReport] = useState<{ url: string; version: number }>();
  useEffect(() => {
    const controller = new AbortController();
    let candidate: string | undefined;
    const show = async (): Promise<void> => {
      const url = await engine.report(job);
      setReport((before) => (url === undefined ? undefined : { url, version: (before?.version ?? 0) + 1 }));
    };
    const watch = async (): Promise<void> => {
      await show();
      await engine.watch(job.id, controller.signal, (event, line) => {
        if (event !== 'line' || !isProgress(line)) return;
        setProgress(line);
        // Another model's turn: the one before is in the report.
        if (line.candidate !== candidate) void show();
        candidate = line.candidate;
      });
      await show();
      setProgress(undefined);
      onEnd();
    };
    watch().catch(() => undefined);
    return () => controller.abort();
  }, [engine, job.id]);
  return (
    <div>
      <p role="status" class="progress">
        {progress && `${progress.candidate} ${progress.done}/${progress.total}`}
        {!progress && report === undefined && say('准备中……', 'getting ready…')}
      </p>
      {progress && <progress max={progress.total} value={progress.done} aria-label={progress.candidate} />}
      {report !== undefined && (
        <iframe
          key={report.version}
          class="report"
          sandbox="allow-scripts"
          src={report.url}
          title={say('报告', 'report')}
        />
      )}
    </div>
  );
}
