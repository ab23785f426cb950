/** Write: the request on one side, on the other the poem that one came for, the other candidates, and what was written before. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JsonRequest } from '../../writing/json-request.js';
import type { WrittenPoem } from '../../writing/written-poem.js';
import { AddModel } from './add-model.js';
import type { Description, Engine } from './engine.js';
import { ErrorMessage } from './error-message.js';
import { GrowingPoem } from './growing-poem.js';
import { HistoryList } from './history-list.js';
import { useSay } from './language.js';
import { OPENING_POEM } from './opening-poem.js';
import { PoemStage } from './poem-stage.js';
import { addToHistory, readHistory } from './poem-history.js';
import { PoemView, type PoemStyle } from './poem-view.js';
import { EMPTY_REQUEST, rewriteRequest, toRequest, type RequestFields } from './request-fields.js';
import { RequestForm } from './request-form.js';
import { ServerEngine } from './server-engine.js';
import { StyleBar, usePoemStyle } from './style-bar.js';
import { withTypedForm } from './typed-form.js';
import { Understood } from './understood.js';
import { useWriting, type Writing } from './use-writing.js';

interface WriteViewProps {
  readonly engine: Engine;
  readonly description: Description;
  /** Asks once more what can be chosen. */
  readonly reload: () => void;
}

export function WriteView({ engine, description, reload }: WriteViewProps) {
  const say = useSay();
  const [style, setStyle] = usePoemStyle();
  const [fields, setFields] = useState<RequestFields>({
    ...EMPTY_REQUEST,
    model: description.models[0]?.id ?? '',
  });
  const writing = useWriting(engine, [OPENING_POEM]);
  const [history, setHistory] = useState(readHistory);
  const results = useRef<HTMLElement>(null);
  const ask = (request: JsonRequest): void => {
    void writing.write(request).then((best) => best && setHistory(addToHistory(best)));
    // On a phone the poem stands below what was pressed.
    results.current?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div class="columns">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          void withTypedForm(fields).then((asked) => ask(toRequest(asked)));
        }}
      >
        <RequestForm
          description={description}
          fields={fields}
          onChange={setFields}
          actions={<WriteButtons writing={writing} />}
        />
        {description.owner && engine instanceof ServerEngine && (
          <AddModel
            engine={engine}
            onAdded={(model) => {
              reload();
              setFields({ ...fields, model });
            }}
          />
        )}
      </form>
      <section ref={results} aria-label={say('诗', 'poems')} aria-live="polite" aria-busy={writing.busy}>
        <StyleBar style={style} onChange={setStyle} />
        <ErrorMessage error={writing.error} />
        <WrittenPoems
          engine={engine}
          writing={writing}
          style={style}
          onRewrite={(poem, line) => ask(rewriteRequest(poem, line, fields))}
        />
        <HistoryList
          history={history}
          onChange={setHistory}
          onShow={(poem) => {
            writing.show([poem]);
            results.current?.scrollIntoView({ block: 'start' });
          }}
        />
      </section>
    </div>
  );
}

function WriteButtons({ writing: { busy, stop } }: { readonly writing: Writing }) {
  const say = useSay();
  return (
    <div class="actions">
      <button type="submit" class="primary" disabled={busy}>
        {say('写诗', 'Write')}
      </button>
      {busy && (
        <button type="button" onClick={stop}>
          {say('停', 'Stop')}
        </button>
      )}
    </div>
  );
}

interface WrittenPoemsProps {
  readonly engine: Engine;
  readonly writing: Writing;
  readonly style: PoemStyle;
  readonly onRewrite: (poem: WrittenPoem, line: number) => void;
}

/** The candidates as they grow, then the best of them, large, above the others. */
function WrittenPoems({ engine, writing: { growing, poems }, style, onRewrite }: WrittenPoemsProps) {
  const say = useSay();
  const [chosen, choose] = useState(0);
  useEffect(() => choose(0), [poems]);
  const best = poems[chosen] ?? poems[0];
  const thumbOf = ({ prompt, text, model }: WrittenPoem) =>
    engine instanceof ServerEngine
      ? (label: boolean): Promise<void> => engine.thumb({ prompt, poem: text, model, label })
      : undefined;
  return (
    <>
      <Understood parts={best?.understood} />
      <div class="cards">
        {growing.map((text, index) => (
          <article key={index} class={index === 0 ? 'card stage' : 'card'}>
            <div class="poem-block">
              <GrowingPoem text={text} style={style} />
            </div>
          </article>
        ))}
        {best && (
          <PoemStage
            key={best.text}
            poem={best}
            style={style}
            onRewrite={(line) => onRewrite(best, line)}
            onThumb={thumbOf(best)}
          />
        )}
        {poems.map(
          (poem, index) =>
            poem !== best && (
              <article key={poem.text} class="card">
                <PoemView check={poem.check} style={style} novelty={poem.novelty} />
                <button type="button" onClick={() => choose(index)}>
                  {say('看这一首', 'show this one large')}
                </button>
              </article>
            ),
        )}
      </div>
    </>
  );
}
