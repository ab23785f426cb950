/** Runs of before, whoever made them: their curves over each other. */
import { useState } from 'preact/hooks';
import type { RunHistory, RunListing } from '../runs.js';
import { useSay } from './language.js';
import { LineChart, type Curve } from './line-chart.js';
import type { ServerEngine } from './server-engine.js';

export function PastRuns({ engine }: { engine: ServerEngine }) {
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
