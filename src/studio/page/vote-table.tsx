/** How votes stand: which model was chosen over which, and what can be done with them. */
import { download } from './download.js';
import { useSay } from './language.js';
import type { ServerEngine, VoteCount } from './server-engine.js';

interface VoteTableProps {
  readonly votes: VoteCount;
  readonly engine: ServerEngine;
  /** Opens Train with the votes. */
  readonly onTrain: () => void;
}

export function VoteTable({ votes: { tally, skipped }, engine, onTrain }: VoteTableProps) {
  const say = useSay();
  return (
    <div class="votes">
      <table>
        <caption>{say('投票', 'votes')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('胜', 'chosen')}</th>
            <th scope="col">{say('负', 'over')}</th>
            <th scope="col">{say('次', 'times')}</th>
          </tr>
        </thead>
        <tbody>
          {tally.map(({ chosen, rejected, votes }) => (
            <tr key={`${chosen} ${rejected}`}>
              <td>{chosen}</td>
              <td>{rejected}</td>
              <td>{votes}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {skipped > 0 && (
        <p>
          {say(
            `votes.jsonl 有 ${skipped} 行不是投票，未计入`,
            `${skipped} lines of votes.jsonl are no votes and are not counted`,
          )}
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          onClick={() => void engine.exportVotes().then((votes) => download(votes, 'votes.jsonl'))}
        >
          {say('导出为偏好对', 'export as preference pairs')}
        </button>
        <button type="button" onClick={onTrain}>
          {say('用来训练', 'train on them')}
        </button>
      </div>
    </div>
  );
}
