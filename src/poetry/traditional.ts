/** Lines in traditional script, for readers who prefer it: by OpenCC's tables of words. Several may be right; `traditionalCandidates` has them all. */
import { Converter } from 'opencc-js/cn2t';

const convert = Converter({ from: 'cn', to: 't' });

/** A text in traditional script; what is traditional already stays. */
export function toTraditional(text: string): string {
  return convert(text);
}
