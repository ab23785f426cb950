/** What can be done with a written poem: copy it, share it as a picture, say whether it is a good one. */
import { useState } from 'preact/hooks';
import type { WrittenPoem } from '../../writing/written-poem.js';
import { useSay } from './language.js';
import { PoemShare } from './poem-share.js';
import type { PoemStyle } from './poem-view.js';
import { useScript } from './script.js';

interface PoemActionsProps {
  readonly poem: WrittenPoem;
  readonly style: PoemStyle;
  /** Keeps whether the poem is a good one; absent where votes are not kept. */
  readonly onThumb?: (good: boolean) => Promise<void>;
}

export function PoemActions({ poem, style, onThumb }: PoemActionsProps) {
  const say = useSay();
  const [copied, setCopied] = useState(false);
  const [text = poem.text] = useScript(style.script)([poem.text]);
  return (
    <div class="actions">
      <button
        type="button"
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        {copied ? say('已复制', 'copied') : say('复制', 'copy')}
      </button>
      <PoemShare poem={poem} text={text} vertical={style.vertical} />
      {onThumb && <Thumbs onThumb={onThumb} />}
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
  const thumb = (good: boolean, label: string) => (
    <button
      type="button"
      aria-pressed={kept === good}
      disabled={kept !== undefined}
      onClick={() => press(good)}
    >
      {label}
    </button>
  );
  return (
    <>
      {thumb(true, say('好诗', 'good'))}
      {thumb(false, say('不好', 'not good'))}
      {failure && <span class="error">{failure}</span>}
    </>
  );
}
