/** A poem that is still being written, character by character. */
import { useSay } from './language.js';
import { classOf, langOf, type PoemStyle } from './poem-view.js';
import { useScript } from './script.js';

interface GrowingPoemProps {
  readonly text: string;
  readonly style: PoemStyle;
}

export function GrowingPoem({ text, style }: GrowingPoemProps) {
  const say = useSay();
  const [shown = text] = useScript(style.script)([text]);
  const lines = shown.split(/(?<=[，。？！])/u).map((line) => line.trim());
  return (
    <>
      <div class={classOf(style, lines.length)} lang={langOf(style)}>
        {lines.map((line, index) => (
          <span key={index} class="line growing">
            {line}
          </span>
        ))}
      </div>
      {text === '' && <p class="why">{say('研墨……', 'grinding the ink…')}</p>}
    </>
  );
}
