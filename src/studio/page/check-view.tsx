/** Check: a poem's meter and rhyme as it is typed or pasted; what mends a fault, and what the books say of a character. */
import { useEffect, useState } from 'preact/hooks';
import type { TextCheck } from '../../poetry/prosody/check-text.js';
import { formatLeftOut } from '../../poetry/parsing/left-out.js';
import type { Description, Engine } from './engine.js';
import { ErrorMessage } from './error-message.js';
import { SelectField } from './fields.js';
import { useSay } from './language.js';
import { LookupPanel } from './lookup-panel.js';
import { MendList } from './mend-list.js';
import { PoemView } from './poem-view.js';
import { StyleBar, usePoemStyle } from './style-bar.js';

/** 王之涣《登鹳雀楼》, to begin with. */
const EXAMPLE = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';

export function CheckView({ engine, description }: { engine: Engine; description: Description }) {
  const say = useSay();
  const [style, setStyle] = usePoemStyle();
  const [text, setText] = useState(EXAMPLE);
  const [book, setBook] = useState<string>(description.books[0] ?? '');
  const [check, setCheck] = useState<TextCheck>();
  const [error, setError] = useState<string>();
  const [fault, setFault] = useState<number>();
  const [character, setCharacter] = useState('');
  useEffect(() => {
    let current = true;
    setFault(undefined);
    engine.check(text, book).then(
      (found) => current && (setCheck(found), setError(undefined)),
      (caught: Error) => current && setError(caught.message),
    );
    return () => {
      current = false;
    };
  }, [engine, text, book]);
  const leftOut = check ? formatLeftOut(check.leftOut, say) : '';
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
        <LookupPanel engine={engine} book={book} character={character} onCharacter={setCharacter} />
      </div>
      <section aria-label={say('格律', 'meter and rhyme')} aria-live="polite">
        <StyleBar style={style} onChange={setStyle} />
        <ErrorMessage error={error} />
        {check && check.lines.length > 0 && (
          <article class="card">
            <PoemView key={text} check={check} style={style} onFault={setFault} onCharacter={setCharacter} />
            {fault !== undefined && (
              <MendList
                engine={engine}
                text={text}
                book={book}
                line={fault}
                onMend={(mended) =>
                  setText(replaceLine(text, check.lines[fault - 1]?.text ?? '', mended, check))
                }
              />
            )}
            <p class="why">{check.why}</p>
            {leftOut !== '' && <p class="why">{leftOut}</p>}
            {check.more > 0 && (
              <p class="why">
                {say(`其后还有 ${check.more} 首，未查`, `${check.more} more poems after it, not checked`)}
              </p>
            )}
          </article>
        )}
      </section>
    </div>
  );
}

/** A text with one line of its poem replaced; where the line is broken by other things, the poem alone with it. */
function replaceLine(text: string, line: string, mended: string, { lines }: TextCheck): string {
  if (text.includes(line)) return text.replace(line, () => mended);
  return lines.map((one) => (one.text === line ? mended : one.text) + one.mark).join('\n');
}
