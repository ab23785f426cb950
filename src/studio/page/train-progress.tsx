/** What a training has done and does, live: its step, its curves, the poems on the way. */
import { formatTime } from './estimate-panel.js';
import { useSay, type Say } from './language.js';
import { LineChart, type Curve } from './line-chart.js';
import { SampleList, type Sample } from './sample-list.js';
import type { ServerEngine } from './server-engine.js';
import { useTrainLines, type Stage, type TrainLine } from './use-train-lines.js';

interface TrainProgressProps {
  readonly engine: ServerEngine;
  readonly job: string;
  readonly onEnd: () => void;
}

export function TrainProgress({ engine, job, onEnd }: TrainProgressProps) {
  const say = useSay();
  const { stages, latest } = useTrainLines(engine, job, onEnd);
  const current = stages.at(-1);
  const last = current?.lines.filter(({ loss }) => loss !== undefined).at(-1);
  const rewarding = stages.filter((stage) => rewardNames(stage).length > 0).at(-1);
  const sampling = latest?.sampling;
  return (
    <div>
      <p role="status" class="progress">
        {sampling
          ? say(
              `${latest.stage} 第${sampling.round}轮取样 ${sampling.done}/${sampling.total}`,
              `${latest.stage} round ${sampling.round}: sampling ${sampling.done}/${sampling.total}`,
            )
          : last && current
            ? describeStep(current.name, last, say)
            : say('准备中……', 'getting ready…')}
      </p>
      <LineChart
        title={say('损失', 'loss')}
        curves={stages.map((stage) => curveOf(stage.name, stage, 'loss'))}
      />
      {rewarding && (
        <LineChart
          title={say(`奖励（${rewarding.name}）`, `rewards (${rewarding.name})`)}
          curves={rewardNames(rewarding).map((key) => curveOf(key, rewarding, key))}
        />
      )}
      <SampleList samples={samplesOf(stages)} />
    </div>
  );
}

/** Deviations and shares are no rewards. */
const NO_REWARD = /\/std$|accuracies$/;

/** The rewards that a stage is told by: of preferences chosen, rejected and their margin; of GRPO the sum and each function's mean. */
function rewardNames({ lines }: Stage): string[] {
  const names = new Set(lines.flatMap((line) => Object.keys(line)));
  return [...names].filter(
    (name) => name === 'reward' || (name.startsWith('rewards/') && !NO_REWARD.test(name)),
  );
}

function curveOf(name: string, { lines }: Stage, key: string): Curve {
  const points = lines.flatMap((line) => {
    const value = line[key];
    return typeof value === 'number' ? [[line.step ?? 0, value] as const] : [];
  });
  return { name, points };
}

const samplesOf = (stages: readonly Stage[]): Sample[] =>
  stages.flatMap(({ name, lines }) =>
    lines.flatMap(({ step, prompt, text = '' }) =>
      text === '' ? [] : [{ heading: `${name} ${step} · ${prompt}`, text }],
    ),
  );

function describeStep(stage: string, line: TrainLine, say: Say): string {
  const { step = 0, total_steps: total = 0, loss, reward } = line;
  const { tokens_per_second: rate, num_tokens: tokens, memory_bytes: memory, seconds } = line;
  const parts = [`${stage} ${step}${total > 0 ? `/${total}` : ''}`];
  if (typeof loss === 'number') parts.push(`${say('损失', 'loss')} ${loss.toFixed(3)}`);
  if (typeof reward === 'number') parts.push(`${say('奖励', 'reward')} ${reward.toFixed(2)}`);
  if (typeof rate === 'number' && typeof tokens === 'number') {
    parts.push(`${Math.round(rate)} tokens/s`);
    parts.push(`${say('剩余', 'left')} ${formatTime(((total - step) * tokens) / rate, say)}`);
  }
  if (seconds) parts.push(...shares(seconds, say));
  if (typeof memory === 'number') parts.push(`${(memory / 1e9).toFixed(1)} GB`);
  return parts.join(' · ');
}

/** What the parts of a step that samples took. */
function shares(seconds: Readonly<Record<string, number>>, say: Say): string[] {
  const names: Readonly<Record<string, string>> = {
    sampling: say('取样', 'sampling'),
    judging: say('评判', 'judging'),
    training: say('训练', 'training'),
  };
  const whole = Object.values(seconds).reduce((sum, part) => sum + part, 0);
  return Object.entries(seconds).map(
    ([part, time]) => `${names[part] ?? part} ${Math.round((100 * time) / whole)}%`,
  );
}
