/** Check: a poem's meter and rhyme as it is typed. */
import { useEffect, useState } from 'preact/hooks';
import type { PoemCheck } from '../../poetry/check.js';
import type { Description, Engine } from './engine.js';
import { SelectField } from './fields.js';
import { useSay } from './language.js';
import { PoemView } from './poem-view.js';
import { StyleBar, usePoemStyle } from './style-bar.js';

/** 王之涣《登鹳雀楼》, to begin with. */
const EXAMPLE = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';

export function CheckView({ engine, description }: { engine: Engine; description: Description }) {
  const say = useSay();
  const [style, setStyle] = usePoemStyle();
  const [text, setText] = useState(EXAMPLE);
  const [book, setBook] = useState<string>(description.books[0] ?? '');
  const [check, setCheck] = useState<PoemCheck>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let current = true;
    engine.check(text, book).then(
      (found) => current && (setCheck(found), setError(undefined)),
      (caught: Error) => current && setError(caught.message),
    );
    return () => {
      current = false;
    };
  }, [engine, text, book]);
  return (
    <div class="columns">
      <div class="panel">
        <label>
          {say('诗', 'poem')}
          <textarea
            lang="zh-Hans"
            rows={10}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <SelectField
          label={say('韵书', 'rhyme book')}
          value={book}
          onChange={setBook}
          choices={description.books}
        />
      </div>
      <section aria-label={say('格律', 'meter and rhyme')} aria-live="polite">
        <StyleBar style={style} onChange={setStyle} />
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        {check && check.lines.length > 0 && (
          <article class="card">
            <PoemView check={check} style={style} />
            <p class="why">{check.why}</p>
          </article>
        )}
      </section>
    </div>
  );
}
