/** Plain rows out of web pages, wiki text, Markdown, mail and subtitles. Pure. */
import { decodeHTML } from 'entities/decode';

const HTML = /<[/!]?[a-z][^<>]*>|<!--|&(?:#\d+|#x[\da-f]+|[a-z]\w*);?/i;
/** Elements whose text is not the page's: code, and what stands above or beside characters. */
const SILENT = /<(script|style|template|sup|rt|rp|rtc|head)\b[^>]*>[\s\S]*?<\/\1\s*>/gi;
const BLOCKS =
  /<\/?(?:div|li|ul|ol|tr|table|h[1-6]|section|article|blockquote|pre|dd|dt|dl|header|footer|poem)\b[^<>]*>/gi;

/** The text of a piece of HTML: line breaks and blocks begin lines, paragraphs stand apart, other tags vanish. */
function stripHtml(text: string): string {
  if (!HTML.test(text)) return text;
  const rows = text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(SILENT, '')
    .replace(/<br\b[^<>]*>/gi, '\n')
    .replace(/<\/?p\b[^<>]*>/gi, '\n\n')
    .replace(BLOCKS, '\n')
    .replace(/<\/?(?:td|th)\b[^<>]*>/gi, ' ')
    .replace(/<\/?[a-z][^<>]*>/gi, '');
  return decodeHTML(rows);
}

/** The text of wiki markup: templates vanish, links keep what they show. */
function stripWiki(text: string): string {
  if (!/\{\{|\[\[|'''|-\{/.test(text)) return text;
  return text
    .replace(/\{\{[^{}]*\}\}/g, '')
    .replace(/\[\[(?:[^[\]|]*\|)?([^[\]|]*)\]\]/g, '$1')
    .replace(/-\{(?:[^{}|]*\|)?([^{}]*)\}-/g, (_, inside: string) => /:([^;]*)/.exec(inside)?.[1] ?? inside)
    .replace(/'{2,}/g, '');
}

/** Times of subtitles and lyrics, and the head of a line of an .ass file. */
const TIMES = [
  /^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{2,3}\s*-->.*$/gm,
  /^\s*(?:\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\])+/gm,
  /^Dialogue:(?:[^,\n]*,){9}/gm,
];

/** Markdown that is not a character of its own: fences, links, emphasis, quotation marks of mail. */
function stripMarkdown(text: string): string {
  return text
    .replace(/^ *(?:```|~~~).*$/gm, '')
    .replace(/!?\[([^\]\n]*)\]\((?:[a-z]+:|[./#])[^)\n]*\)/gi, '$1')
    .replace(/^ *(?:> ?)+/gm, '')
    .replace(/\\(?=\n|$)/g, '')
    .replace(/\*\*|__|~~|`/g, '');
}

/** A text without its markup. Literal `\n`, as command lines and JSON have them, are line ends. */
export function stripMarkup(text: string): string {
  const plain = stripMarkdown(stripWiki(stripHtml(text.replace(/\\r?\\?n/g, '\n'))));
  return TIMES.reduce((rest, time) => rest.replace(time, ''), plain).replace(
    /(?:https?:\/\/|www\.)[^\s，。）)]+/gi,
    '',
  );
}
