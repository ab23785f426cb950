/** Check: a poem's meter and rhyme as it is typed or pasted; what mends a fault, and what the books say of a character. */
import { useEffect, useState } from 'preact/hooks';
import { formatLeftOut } from '../../poetry/parsing/left-out.js';
import type { TextCheck } from '../../poetry/prosody/check-text.js';
import type { Description, Engine } from './engine.js';
import { ErrorMessage } from './error-message.js';
import { SelectField } from './fields.js';
import { useSay } from './language.js';
import { LookupPanel } from './lookup-panel.js';
import { MendList, useSuggestions } from './mend-list.js';
import { MeterGrid } from './meter-grid.js';
import { PoemView } from './poem-view.js';
import { StyleBar, usePoemStyle } from './style-bar.js';

/** 王之涣《登鹳雀楼》, to begin with, and its rhyme. */
const EXAMPLE = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const EXAMPLE_CHARACTER = '楼';

export function CheckView({ engine, description }: { engine: Engine; description: Description }) {
  const say = useSay();
  const [text, setText] = useState(EXAMPLE);
  const [book, setBook] = useState<string>(description.books[0] ?? '');
  const { check, error } = useCheck(engine, text, book);
  const [character, setCharacter] = useState(EXAMPLE_CHARACTER);
  return (
    <div class="columns">
      <div class="panel">
        <label>
          {say('诗：键入，或粘贴', 'poem: type it, or paste it')}
          <textarea
            lang="zh-Hans"
            rows={6}
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
        <ErrorMessage error={error} />
        {check && check.lines.length > 0 && (
          <CheckedPoem
            key={text}
            engine={engine}
            check={check}
            text={text}
            book={book}
            onText={setText}
            onCharacter={setCharacter}
          />
        )}
      </section>
    </div>
  );
}

/** The check of a text as it is now. */
function useCheck(engine: Engine, text: string, book: string) {
  const [check, setCheck] = useState<TextCheck>();
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
  return { check, error };
}

interface CheckedPoemProps {
  readonly engine: Engine;
  readonly check: TextCheck;
  readonly text: string;
  readonly book: string;
  readonly onText: (text: string) => void;
  readonly onCharacter: (character: string) => void;
}

function CheckedPoem({ engine, check, text, book, onText, onCharacter }: CheckedPoemProps) {
  const say = useSay();
  const [style, setStyle] = usePoemStyle();
  const [mending, setMending] = useState(false);
  const suggestions = useSuggestions(engine, text, book, mending);
  const leftOut = formatLeftOut(check.leftOut, say);
  return (
    <>
      <StyleBar style={style} onChange={setStyle} />
      <article class="card stage">
        <div class="checked">
          <PoemView
            check={check}
            style={style}
            hint={say(
              '指一字，看平仄与韵部；点一字，查其音韵。有波线之句犯律。',
              'Point at a character to see its tone and rhyme; click it to look it up. A line with a wave breaks a rule.',
            )}
            onPick={({ line, at }) => {
              onCharacter(check.lines[line]?.tones[at]?.char ?? '');
              if (check.violations.some((one) => one.line === line + 1)) setMending(true);
            }}
            offerMend={(fault) =>
              mending ? (
                <MendList
                  suggestions={suggestions}
                  fault={fault}
                  onMend={(mended) =>
                    onText(replaceLine(text, check.lines[fault.line - 1]?.text ?? '', mended, check))
                  }
                />
              ) : (
                <button type="button" class="quiet" onClick={() => setMending(true)}>
                  {say('怎么改？', 'how to mend it?')}
                </button>
              )
            }
          />
          <MeterGrid check={check} />
        </div>
        <p class="why">{check.why}</p>
        {leftOut !== '' && <p class="why">{leftOut}</p>}
        {check.more > 0 && (
          <p class="why">
            {say(`其后还有 ${check.more} 首，未查`, `${check.more} more poems after it, not checked`)}
          </p>
        )}
      </article>
    </>
  );
}

/** A text with one line of its poem replaced; where the line is broken by other things, the poem alone with it. */
function replaceLine(text: string, line: string, mended: string, { lines }: TextCheck): string {
  if (text.includes(line)) return text.replace(line, () => mended);
  return lines.map((one) => (one.text === line ? mended : one.text) + one.mark).join('\n');
}
