/** The poem that one came for, large: what was asked, the poem, what can be done with it, and its figures on demand. */
import type { WrittenPoem } from '../../writing/written-poem.js';
import { useSay } from './language.js';
import { PoemActions } from './poem-actions.js';
import { PoemView, type PoemStyle } from './poem-view.js';

interface PoemStageProps {
  readonly poem: WrittenPoem;
  readonly style: PoemStyle;
  /** Writes a line anew. @param line its number, from 1 */
  readonly onRewrite: (line: number) => void;
  /** Keeps whether the poem is a good one; absent where votes are not kept. */
  readonly onThumb?: (good: boolean) => Promise<void>;
}

export function PoemStage({ poem, style, onRewrite, onThumb }: PoemStageProps) {
  const say = useSay();
  return (
    <article class="card best stage">
      <p class="asked" lang="zh">
        {poem.prompt}
      </p>
      <PoemView
        check={poem.check}
        style={style}
        novelty={poem.novelty}
        hint={say(
          '指一字，看平仄与韵部；点一句，可改写此句。',
          'Point at a character to see its tone and rhyme; click a line to have it rewritten.',
        )}
        offer={({ line }) => (
          <button type="button" class="rewrite" onClick={() => onRewrite(line + 1)}>
            {say(`改写第${line + 1}句`, `rewrite line ${line + 1}`)}
          </button>
        )}
      />
      <PoemActions poem={poem} style={style} onThumb={onThumb} />
      <PoemDetails poem={poem} />
    </article>
  );
}

function PoemDetails({ poem: { score, seed, model, unmet = [] } }: { readonly poem: WrittenPoem }) {
  const say = useSay();
  const rows: readonly (readonly [string, string])[] = [
    [say('评分', 'score'), score.toFixed(2)],
    [say('种子', 'seed'), String(seed)],
    [say('模型', 'model'), model],
    ...(unmet.length > 0 ? [[say('未守', 'not kept'), unmet.join('、')] as const] : []),
  ];
  return (
    <details class="details">
      <summary>{say('详情', 'details')}</summary>
      <dl>
        {rows.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
      </dl>
    </details>
  );
}
