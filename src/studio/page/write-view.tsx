/** Write: the request on one side, on the other the candidates as they grow, and what was written before. */
import { useRef, useState } from 'preact/hooks';
import type { JsonRequest } from '../../writing/json-request.js';
import type { WrittenPoem } from '../../writing/written-poem.js';
import { AddModel } from './add-model.js';
import { download } from './download.js';
import type { Description, Engine } from './engine.js';
import { ErrorMessage } from './error-message.js';
import { useSay } from './language.js';
import { PoemActions } from './poem-actions.js';
import { addToHistory, clearHistory, exportHistory, readHistory } from './poem-history.js';
import { langOf, PoemView, type PoemStyle } from './poem-view.js';
import { EMPTY_REQUEST, randomSeed, toRequest, type RequestFields } from './request-fields.js';
import { RequestForm } from './request-form.js';
import { useScript } from './script.js';
import { ServerEngine } from './server-engine.js';
import { StyleBar, usePoemStyle } from './style-bar.js';

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
  const { growing, poems, error, busy, write, stop } = useWriting(engine);
  const [history, setHistory] = useState(readHistory);
  const ask = (request: JsonRequest): void => {
    void write(request).then((best) => best && setHistory(addToHistory(best)));
  };
  const rewrite = (poem: WrittenPoem, line: number): void => {
    const lines = poem.lines.map((text, index) => (index + 1 === line ? null : text));
    const { form, themes } = poem;
    const { model } = toRequest(fields);
    ask({ model, form, themes, constraints: { lines }, candidates: 4, seed: randomSeed() });
  };
  const thumbOf = ({ prompt, text, model }: WrittenPoem) =>
    engine instanceof ServerEngine
      ? (label: boolean): Promise<void> => engine.thumb({ prompt, poem: text, model, label })
      : undefined;
  return (
    <div class="columns">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          ask(toRequest(fields));
        }}
      >
        <RequestForm description={description} fields={fields} onChange={setFields} />
        {description.owner && engine instanceof ServerEngine && (
          <AddModel
            engine={engine}
            onAdded={(model) => {
              reload();
              setFields({ ...fields, model });
            }}
          />
        )}
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
      </form>
      <section aria-label={say('诗', 'poems')} aria-live="polite" aria-busy={busy}>
        <StyleBar style={style} onChange={setStyle} />
        <ErrorMessage error={error} />
        <div class="cards">
          {growing.map((text, index) => (
            <article key={index} class="card">
              <GrowingPoem text={text} style={style} />
            </article>
          ))}
          {poems.map((poem, index) => (
            <article key={poem.text} class={`card ${index === 0 ? 'best' : ''}`}>
              <PoemView check={poem.check} style={style} novelty={poem.novelty} />
              <p class="score">
                {say('评分', 'score')} {poem.score.toFixed(2)} · {say('种子', 'seed')} {poem.seed}
              </p>
              <PoemActions
                poem={poem}
                style={style}
                onRewrite={(line) => rewrite(poem, line)}
                onThumb={thumbOf(poem)}
              />
            </article>
          ))}
        </div>
        {history.length > 0 && (
          <details class="history">
            <summary>
              {say('从前所写', 'written before')} ({history.length})
            </summary>
            <div class="actions">
              <button type="button" onClick={() => download(exportHistory(), 'poems.jsonl')}>
                {say('导出', 'export')}
              </button>
              <button
                type="button"
                onClick={() => {
                  clearHistory();
                  setHistory([]);
                }}
              >
                {say('清空', 'clear')}
              </button>
            </div>
            <ul>
              {history.map(({ written, poem }) => (
                <li key={written}>
                  <span lang="zh-Hans">{poem.text}</span> <small>{poem.themes.join('、')}</small>
                </li>
              ))}
            </ul>
          </details>
        )}
      </section>
    </div>
  );
}

/** A poem that is still being written, character by character. */
export function GrowingPoem({ text, style }: { text: string; style: PoemStyle }) {
  const [shown = text] = useScript(style.script)([text]);
  return (
    <div class={`poem ${style.vertical ? 'vertical' : ''}`} lang={langOf(style)}>
      {shown.split(/(?<=[，。？！])/u).map((line, index) => (
        <span key={index} class="line growing">
          {line.trim()}
        </span>
      ))}
    </div>
  );
}

/** One writing at a time. */
function useWriting(engine: Engine): {
  growing: readonly string[];
  poems: readonly WrittenPoem[];
  error: string | undefined;
  busy: boolean;
  /** @returns the best poem, or undefined where none was written */
  write: (request: JsonRequest) => Promise<WrittenPoem | undefined>;
  stop: () => void;
} {
  const [growing, setGrowing] = useState<readonly string[]>([]);
  const [poems, setPoems] = useState<readonly WrittenPoem[]>([]);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const controller = useRef<AbortController>(undefined);
  const write = async (request: JsonRequest): Promise<WrittenPoem | undefined> => {
    const current = new AbortController();
    controller.current = current;
    setBusy(true);
    setError(undefined);
    setPoems([]);
    const texts = Array.from({ length: request.candidates ?? 1 }, () => '');
    setGrowing([...texts]);
    try {
      const written = await engine.write(
        request,
        (candidate, text) => {
          texts[candidate] = text;
          setGrowing([...texts]);
        },
        current.signal,
      );
      setPoems(written);
      return written[0];
    } catch (caught) {
      if (!current.signal.aborted) setError(caught instanceof Error ? caught.message : String(caught));
      return undefined;
    } finally {
      setGrowing([]);
      setBusy(false);
    }
  };
  return { growing, poems, error, busy, write, stop: () => controller.current?.abort() };
}
