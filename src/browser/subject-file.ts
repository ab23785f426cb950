/** What leads from words to poems, in a browser: fetched when a request first needs it, from where the page has it. */
import { SubjectWords, type LearntSubjects } from '../poetry/subject.js';
import { once } from '../support/kept.js';
import { bytesOf } from './fetch-files.js';

// eslint-disable-next-line no-restricted-syntax -- one page has one such file
let url: string | undefined;

/** The URL of data/subjects.json. */
export function setSubjectFile(of: string | undefined): void {
  url = of;
}

/** Undefined where the page has no such file. */
export const loadSubjectWords = once(async (): Promise<SubjectWords | undefined> => {
  if (url === undefined) return undefined;
  const bytes = await bytesOf(await fetch(url));
  return new SubjectWords(JSON.parse(new TextDecoder().decode(bytes)) as LearntSubjects);
});
