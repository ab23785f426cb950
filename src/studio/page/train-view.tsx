/** Train: start a recipe, watch it, stop it and go on; runs of before over each other. */
import { useEffect, useState } from 'preact/hooks';
import type { MetricsLine, RunHistory, RunListing, SampledPoem } from '../runs.js';
import type { Description } from './engine.js';
import { SelectField, TextField } from './fields.js';
import { JobList, useJobs, viewKey } from './job-list.js';
import { useSay } from './language.js';
import { LineChart, type Curve } from './line-chart.js';
import type { ServerEngine, TrainRequest } from './server-engine.js';

interface TrainViewProps {
  readonly engine: ServerEngine;
  readonly description: Description;
  /** The data folder to begin with: the votes', where Compare sent the reader here. */
  readonly data?: string;
}

const VOTES_RECIPE = /votes\.ya?ml$/;
const DEFAULT_RECIPE = /mini\.ya?ml$/;

export function TrainView({ engine, description, data: givenData }: TrainViewProps) {
  const say = useSay();
  const control = useJobs(engine, 'train');
  const { selected } = control;
  return (
    <div class="columns">
      <div class="panel">
        <TrainForm
          description={description}
          data={givenData}
          onStart={(request) => control.act(engine.train(request))}
        />
        <JobList engine={engine} control={control} />
      </div>
      <section aria-label={say('训练', 'training')}>
        {selected && (
          <TrainingProgress
            key={viewKey(selected)}
            engine={engine}
            job={selected.id}
            onEnd={control.refresh}
          />
        )}
        <PastRuns engine={engine} />
      </section>
    </div>
  );
}

interface TrainFormProps {
  readonly description: Description;
  readonly data?: string;
  readonly onStart: (request: TrainRequest) => void;
}

function TrainForm({ description, data: givenData, onStart }: TrainFormProps) {
  const say = useSay();
  const { recipes = [], data: folders = [], votesData } = description;
  const first = recipes.find((name) => (givenData ? VOTES_RECIPE : DEFAULT_RECIPE).test(name));
  const [recipe, setRecipe] = useState(first ?? recipes[0] ?? '');
  const [data, setData] = useState(givenData ?? folders[0] ?? '');
  const [steps, setSteps] = useState('');
  const [samples, setSamples] = useState('10');
  const [rate, setRate] = useState('');
  const choices = [...folders, ...(votesData === undefined ? [] : [votesData])];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const settings = {
          ...(steps.trim() === '' ? {} : { max_steps: Number(steps) }),
          ...(samples.trim() === '' ? {} : { sample_steps: Number(samples) }),
          ...(rate.trim() === '' ? {} : { learning_rate: Number(rate) }),
        };
        onStart({ recipe, data, settings });
      }}
    >
      <SelectField label={say('配方', 'recipe')} value={recipe} onChange={setRecipe} choices={recipes} />
      <SelectField label={say('数据', 'data')} value={data} onChange={setData} choices={choices} />
      <TextField label="max_steps" value={steps} onChange={setSteps} placeholder={say('不限', 'no limit')} />
      <TextField
        label="learning_rate"
        value={rate}
        onChange={setRate}
        placeholder={say('依配方', 'the recipe’s')}
      />
      <TextField
        label="sample_steps"
        value={samples}
        onChange={setSamples}
        placeholder={say('不取样', 'no samples')}
      />
      <button type="submit" class="primary">
        {say('训练', 'Train')}
      </button>
    </form>
  );
}

/** A line of a running training: a step's figures, or a poem. */
type TrainLine = { readonly stage?: string } & Partial<MetricsLine> & Partial<SampledPoem>;

interface Stage {
  readonly name: string;
  readonly lines: readonly TrainLine[];
}

/** What a job has done and does, live. */
function TrainingProgress({ engine, job, onEnd }: { engine: ServerEngine; job: string; onEnd: () => void }) {
  const say = useSay();
  const stages = useTrainLines(engine, job, onEnd);
  const current = stages.at(-1);
  const last = current?.lines.filter(({ loss }) => loss !== undefined).at(-1);
  const samples = stages.flatMap(({ name, lines }) =>
    lines.filter(({ text }) => text !== undefined).map((line) => ({ ...line, stage: name })),
  );
  const rewards = ['rewards/chosen', 'rewards/rejected', 'rewards/margins'] as const;
  const curve = (name: string, stage: Stage | undefined, key: string): Curve => ({
    name,
    points: (stage?.lines ?? []).flatMap((line) => {
      const value = line[key];
      return typeof value === 'number' ? [[line.step ?? 0, value] as const] : [];
    }),
  });
  const rewarding = stages.filter(({ lines }) => lines.some((line) => rewards[0] in line)).at(-1);
  return (
    <div>
      <p role="status" class="progress">
        {last && current ? describeStep(current.name, last, say) : say('准备中……', 'getting ready…')}
      </p>
      <LineChart
        title={say('损失', 'loss')}
        curves={stages.map((stage) => curve(stage.name, stage, 'loss'))}
      />
      {rewarding && (
        <LineChart
          title={say(`奖励（${rewarding.name}）`, `rewards (${rewarding.name})`)}
          curves={rewards.map((key) => curve(key, rewarding, key))}
        />
      )}
      {samples.length > 0 && (
        <details open>
          <summary>{say('途中所写', 'written on the way')}</summary>
          <ul class="samples">
            {[...samples].reverse().map(({ stage, step, prompt, text }, index) => (
              <li key={index}>
                <small>
                  {stage} {step} · {prompt}
                </small>
                <pre lang="zh-Hans">{text}</pre>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function describeStep(stage: string, line: TrainLine, say: (zh: string, en: string) => string): string {
  const { step = 0, total_steps: total = 0, loss, tokens_per_second: rate, num_tokens: tokens } = line;
  const parts = [`${stage} ${step}${total > 0 ? `/${total}` : ''}`];
  if (typeof loss === 'number') parts.push(`${say('损失', 'loss')} ${loss.toFixed(3)}`);
  if (typeof rate === 'number' && typeof tokens === 'number') {
    parts.push(`${Math.round(rate)} tokens/s`);
    const left = ((total - step) * tokens) / rate;
    parts.push(
      `${say('剩余', 'left')} ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`}`,
    );
  }
  const { memory_bytes: memory } = line;
  if (typeof memory === 'number') parts.push(`${(memory / 1e9).toFixed(1)} GB`);
  return parts.join(' · ');
}

/** The lines of a job by stages: those on disk, then those to come. */
function useTrainLines(engine: ServerEngine, job: string, onEnd: () => void): readonly Stage[] {
  const [stages, setStages] = useState<readonly Stage[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    const found = new Map<string, TrainLine[]>();
    const add = (stage: string, line: TrainLine): void => {
      const lines = found.get(stage) ?? [];
      const seen = lines.some((one) => one.step === line.step && one.prompt === line.prompt);
      if (!seen) found.set(stage, [...lines, line]);
    };
    const show = (): void => setStages([...found].map(([name, lines]) => ({ name, lines })));
    const watch = async (): Promise<void> => {
      for (const history of await historiesOf(engine, job)) {
        const stage = history.id.slice(history.id.indexOf(job) + job.length + 1);
        for (const line of [...history.metrics, ...history.samples]) add(stage, line as TrainLine);
      }
      show();
      await engine.watch(job, controller.signal, (event, data) => {
        if (event !== 'line') return;
        const line = data as TrainLine;
        if (line.stage !== undefined) add(line.stage, line);
        show();
      });
      onEnd();
    };
    watch().catch(() => undefined);
    return () => controller.abort();
  }, [engine, job]);
  return stages;
}

/** The runs of a job, in the order in which they were made. */
async function historiesOf(engine: ServerEngine, job: string): Promise<RunHistory[]> {
  const runs = (await engine.runs()).filter(({ id }) => id.includes(job)).reverse();
  return Promise.all(runs.map(({ id }) => engine.history(id)));
}

/** Curves of chosen runs over each other. */
function PastRuns({ engine }: { engine: ServerEngine }) {
  const say = useSay();
  const [runs, setRuns] = useState<readonly RunListing[]>([]);
  const [chosen, setChosen] = useState<ReadonlyMap<string, RunHistory>>(new Map());
  const refresh = (): void => void engine.runs().then(setRuns, () => undefined);
  const toggle = async (id: string): Promise<void> => {
    const next = new Map(chosen);
    if (!next.delete(id)) next.set(id, await engine.history(id));
    setChosen(next);
  };
  const curves = [...chosen.values()].map(({ id, metrics }): Curve => ({
    name: id,
    points: metrics.flatMap(({ step, loss }) =>
      step === undefined || loss === undefined ? [] : [[step, loss] as const],
    ),
  }));
  return (
    <details onToggle={({ currentTarget }) => currentTarget.open && refresh()}>
      <summary>{say('从前的训练', 'runs of before')}</summary>
      <fieldset class="choice">
        <legend>{say('叠加显示', 'shown over each other')}</legend>
        {runs.map(({ id }) => (
          <label key={id}>
            <input type="checkbox" checked={chosen.has(id)} onChange={() => void toggle(id)} />
            {id}
          </label>
        ))}
      </fieldset>
      {curves.length > 0 && <LineChart title={say('损失', 'loss')} curves={curves} />}
    </details>
  );
}
