/** What can be done with a written poem: copy it, save it as a picture, write one of its lines anew. */
import { useState } from 'preact/hooks';
import type { WrittenPoem } from '../../writing/written-poem.js';
import { download } from './download.js';
import { useSay } from './language.js';
import { poemSvg, toPng } from './poem-picture.js';
import type { PoemStyle } from './poem-view.js';
import { useScript } from './script.js';

interface PoemActionsProps {
  readonly poem: WrittenPoem;
  readonly style: PoemStyle;
  /** Writes a line anew; absent where that cannot be asked for. */
  readonly onRewrite?: (line: number) => void;
  /** Keeps whether the poem is a good one; absent where votes are not kept. */
  readonly onThumb?: (good: boolean) => Promise<void>;
}

export function PoemActions({ poem, style, onRewrite, onThumb }: PoemActionsProps) {
  const say = useSay();
  const convert = useScript(style.script);
  const [copied, setCopied] = useState(false);
  const [text = poem.text] = convert([poem.text]);
  const svg = (): string =>
    poemSvg(text, { vertical: style.vertical, caption: `${poem.form} ${poem.themes.join(' ')}` });
  const name = `${poem.form}-${poem.seed}`;
  return (
    <div class="actions">
      <button
        type="button"
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        {copied ? say('已复制', 'copied') : say('复制', 'copy')}
      </button>
      <button type="button" onClick={() => void toPng(svg()).then((png) => download(png, `${name}.png`))}>
        PNG
      </button>
      <button
        type="button"
        onClick={() => download(new Blob([svg()], { type: 'image/svg+xml' }), `${name}.svg`)}
      >
        SVG
      </button>
      {onThumb && <Thumbs onThumb={onThumb} />}
      {onRewrite && (
        <label>
          {say('改写', 'rewrite')}{' '}
          <select
            value=""
            onChange={({ currentTarget }) => {
              const line = Number(currentTarget.value);
              currentTarget.value = '';
              if (line > 0) onRewrite(line);
            }}
          >
            <option value="">{say('哪一句', 'which line')}</option>
            {convert(poem.lines).map((line, index) => (
              <option key={index} value={index + 1}>
                {line}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

/** Thumbs up and down, of which one can be pressed once. */
function Thumbs({ onThumb }: { readonly onThumb: (good: boolean) => Promise<void> }) {
  const say = useSay();
  const [kept, setKept] = useState<boolean>();
  const [failure, setFailure] = useState<string>();
  const press = (good: boolean): void => {
    onThumb(good).then(
      () => setKept(good),
      (error: Error) => setFailure(error.message),
    );
  };
  const thumb = (good: boolean, sign: string, label: string) => (
    <button
      type="button"
      title={label}
      aria-label={label}
      aria-pressed={kept === good}
      disabled={kept !== undefined}
      onClick={() => press(good)}
    >
      {sign}
    </button>
  );
  return (
    <>
      {thumb(true, '👍', say('好诗', 'a good poem'))}
      {thumb(false, '👎', say('不好', 'not a good poem'))}
      {failure && <span class="error">{failure}</span>}
    </>
  );
}
