/** What was written with this page before: shown again by a click, exported, forgotten. */
import type { WrittenPoem } from '../../writing/written-poem.js';
import { download } from './download.js';
import { useSay } from './language.js';
import { clearHistory, exportHistory, type KeptPoem } from './poem-history.js';

interface HistoryListProps {
  readonly history: readonly KeptPoem[];
  readonly onChange: (history: KeptPoem[]) => void;
  readonly onShow: (poem: WrittenPoem) => void;
}

export function HistoryList({ history, onChange, onShow }: HistoryListProps) {
  const say = useSay();
  if (history.length === 0) return null;
  return (
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
            onChange([]);
          }}
        >
          {say('清空', 'clear')}
        </button>
      </div>
      <ul>
        {history.map(({ written, poem }) => (
          <li key={written}>
            <button type="button" class="quiet" lang="zh-Hans" onClick={() => onShow(poem)}>
              {poem.text}
            </button>
            <small>{poem.themes.join('、')}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}
