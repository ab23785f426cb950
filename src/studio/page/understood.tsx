/** What was made of the words of a request: 夜景 → 夜 灯火; said too of those that lead nowhere. */
import type { SubjectPart } from '../../poetry/subject.js';
import { useSay } from './language.js';

export function Understood({ parts = [] }: { parts?: readonly SubjectPart[] }) {
  const say = useSay();
  if (parts.length === 0) return null;
  return (
    <p class="understood">
      {say('题意', 'understood')}{' '}
      {parts.map(({ text, words }, index) => (
        <span key={index}>
          {index > 0 && ' · '}
          <span lang="zh">{text}</span>
          {words.length === 0 && ` → ${say('诗中无可对应', 'no word of poems')}`}
          {words.length > 0 && words.join(' ') !== text && <span lang="zh"> → {words.join(' ')}</span>}
        </span>
      ))}
    </p>
  );
}
