/** Compare: one prompt, several models side by side; a vote, blind if wanted, is kept as a preference pair. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatPrompt, splitThemes } from '../../poetry/prompt.js';
import type { WrittenPoem } from '../../writing/written-poem.js';
import { download } from './download.js';
import type { Description } from './engine.js';
import { CheckField, ModelsField } from './fields.js';
import { GrowingPoem } from './growing-poem.js';
import { useSay } from './language.js';
import { PoemView } from './poem-view.js';
import { EMPTY_REQUEST, randomSeed, toRequest, type RequestFields } from './request-fields.js';
import { FormChoice, ThemeChoice } from './request-form.js';
import type { ServerEngine, VoteCount } from './server-engine.js';
import { StyleBar, usePoemStyle } from './style-bar.js';

interface Side {
  readonly model: string;
  readonly text: string;
  readonly poem?: WrittenPoem;
  readonly error?: string;
}

interface CompareViewProps {
  readonly engine: ServerEngine;
  readonly description: Description;
  /** Opens Train with the votes. */
  readonly onTrain: () => void;
}

/** Models that are chosen at first. */
const FIRST_MODELS = 4;

export function CompareView({ engine, description, onTrain }: CompareViewProps) {
  const say = useSay();
  const [style, setStyle] = usePoemStyle();
  const [fields, setFields] = useState<RequestFields>({ ...EMPTY_REQUEST, constrained: false });
  const [models, setModels] = useState<readonly string[]>(
    description.models.slice(0, FIRST_MODELS).map(({ id }) => id),
  );
  const [blind, setBlind] = useState(true);
  const [voted, setVoted] = useState<string>();
  const [votes, setVotes] = useState<VoteCount>({ tally: [], skipped: 0 });
  const [voteError, setVoteError] = useState<string>();
  const { sides, busy, compare } = useComparison(engine);
  useEffect(() => void engine.votes().then(setVotes, () => undefined), [engine]);
  const hidden = blind && voted === undefined;
  const vote = async (best: Side): Promise<void> => {
    setVoted(best.model);
    const prompt = formatPrompt({ form: fields.form, themes: splitThemes(fields.themes) });
    for (const other of sides) {
      if (other.model === best.model || !other.poem || !best.poem) continue;
      const names = { chosenModel: best.model, rejectedModel: other.model };
      setVotes(
        await engine.vote({ prompt, chosen: best.poem.text, rejected: other.poem.text, ...names, blind }),
      );
    }
  };
  const set = (change: Partial<RequestFields>): void => setFields({ ...fields, ...change });
  return (
    <div class="columns">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          setVoted(undefined);
          void compare(models, { ...fields, candidates: 1, seed: String(randomSeed()) }, blind);
        }}
      >
        <ModelsField models={description.models} chosen={models} onChange={setModels} />
        <FormChoice description={description} fields={fields} set={set} />
        <ThemeChoice description={description} fields={fields} set={set} />
        <CheckField
          label={say('守格律', 'keep to the form')}
          value={fields.constrained}
          onChange={(constrained) => set({ constrained })}
        />
        <CheckField label={say('匿名投票', 'blind vote')} value={blind} onChange={setBlind} />
        <button type="submit" class="primary" disabled={busy || models.length === 0}>
          {say('比较', 'Compare')}
        </button>
      </form>
      <section aria-label={say('诗', 'poems')} aria-live="polite" aria-busy={busy}>
        <StyleBar style={style} onChange={setStyle} />
        <div class="cards">
          {sides.map((side, index) => (
            <article key={side.model} class={`card ${voted === side.model ? 'best' : ''}`}>
              <h2>{hidden ? say(`诗${index + 1}`, `poem ${index + 1}`) : side.model}</h2>
              {side.error && <p class="error">{side.error}</p>}
              {side.poem ? (
                <PoemView check={side.poem.check} style={style} />
              ) : (
                <GrowingPoem text={side.text} style={style} />
              )}
              {!busy && voted === undefined && side.poem && sides.length > 1 && (
                <button
                  type="button"
                  onClick={() => void vote(side).catch((failed: Error) => setVoteError(failed.message))}
                >
                  {say('此首最好', 'this is the best')}
                </button>
              )}
            </article>
          ))}
        </div>
        {voteError && <p class="error">{voteError}</p>}
        {votes.tally.length > 0 && <VoteTable votes={votes} engine={engine} onTrain={onTrain} />}
      </section>
    </div>
  );
}

function VoteTable({
  votes: { tally, skipped },
  engine,
  onTrain,
}: {
  votes: VoteCount;
  engine: ServerEngine;
  onTrain: () => void;
}) {
  const say = useSay();
  return (
    <div class="votes">
      <table>
        <caption>{say('投票', 'votes')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('胜', 'chosen')}</th>
            <th scope="col">{say('负', 'over')}</th>
            <th scope="col">{say('次', 'times')}</th>
          </tr>
        </thead>
        <tbody>
          {tally.map(({ chosen, rejected, votes }) => (
            <tr key={`${chosen} ${rejected}`}>
              <td>{chosen}</td>
              <td>{rejected}</td>
              <td>{votes}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {skipped > 0 && (
        <p>
          {say(
            `votes.jsonl 有 ${skipped} 行不是投票，未计入`,
            `${skipped} lines of votes.jsonl are no votes and are not counted`,
          )}
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          onClick={() => void engine.exportVotes().then((votes) => download(votes, 'votes.jsonl'))}
        >
          {say('导出为偏好对', 'export as preference pairs')}
        </button>
        <button type="button" onClick={onTrain}>
          {say('用来训练', 'train on them')}
        </button>
      </div>
    </div>
  );
}

/** One poem of each model, in an order that tells nothing where the vote is blind. */
function useComparison(engine: ServerEngine): {
  sides: readonly Side[];
  busy: boolean;
  compare: (models: readonly string[], fields: RequestFields, blind: boolean) => Promise<void>;
} {
  const [sides, setSides] = useState<readonly Side[]>([]);
  const [busy, setBusy] = useState(false);
  const controller = useRef<AbortController>(undefined);
  const compare = async (models: readonly string[], fields: RequestFields, blind: boolean): Promise<void> => {
    controller.current?.abort();
    const current = new AbortController();
    controller.current = current;
    const order = blind ? [...models].sort(() => Math.random() - 0.5) : models;
    const state: Side[] = order.map((model) => ({ model, text: '' }));
    const show = (index: number, change: Partial<Side>): void => {
      state[index] = { ...(state[index] as Side), ...change };
      if (!current.signal.aborted) setSides([...state]);
    };
    setSides([...state]);
    setBusy(true);
    await Promise.all(
      order.map((model, index) =>
        engine
          .write(toRequest({ ...fields, model }), (_, text) => show(index, { text }), current.signal)
          .then(([poem]) => show(index, { poem }))
          .catch((error: Error) => show(index, { error: error.message })),
      ),
    );
    setBusy(false);
  };
  return { sides, busy, compare };
}
