/** Compare: one prompt, several models side by side; a vote, blind if wanted, is kept as a preference pair. */
import { useEffect, useState } from 'preact/hooks';
import type { Description } from './engine.js';
import { CheckField, ModelsField } from './fields.js';
import { GrowingPoem } from './growing-poem.js';
import { Intro } from './intro.js';
import { useSay } from './language.js';
import { PoemView } from './poem-view.js';
import { EMPTY_REQUEST, randomSeed, type RequestFields } from './request-fields.js';
import { FormChoice, ThemeChoice } from './request-form.js';
import type { ServerEngine, VoteCount } from './server-engine.js';
import { StyleBar, usePoemStyle } from './style-bar.js';
import { useComparison, type Side } from './use-comparison.js';
import { VoteTable } from './vote-table.js';

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
    for (const other of sides) {
      if (other.model === best.model || !other.poem || !best.poem) continue;
      const names = { chosenModel: best.model, rejectedModel: other.model };
      setVotes(
        await engine.vote({
          prompt: best.poem.prompt,
          chosen: best.poem.text,
          rejected: other.poem.text,
          ...names,
          blind,
        }),
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
        {sides.length === 0 && <CompareIntro />}
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

function CompareIntro() {
  const say = useSay();
  return (
    <Intro title={say('同题共赋，不看名字', 'One subject, several poets, no names')}>
      <p>
        {say(
          '同一个题目，几个模型各写一首；你先选最好的，名字随后揭晓。',
          'Several models write on one subject. You choose the best; then their names are shown.',
        )}
      </p>
      <ol>
        <li>
          {say('选几个模型，写个主题，按「比较」。', 'Choose models and a subject, and press Compare.')}
        </li>
        <li>
          {say(
            '数秒后诗成，点「此首最好」。',
            'The poems are there in seconds on the miniature; press “this is the best”.',
          )}
        </li>
        <li>
          {say(
            '每一票都是一对偏好，可以导出，也可以拿来训练（DPO）。',
            'Each vote is a preference pair: export them, or train on them (DPO).',
          )}
        </li>
      </ol>
    </Intro>
  );
}
