/** What leads from words to poems, as it ships with the package. In a browser src/browser/subject-file.ts takes this one's place. */
import { SubjectWords, type LearntSubjects } from '../poetry/subject.js';
import { readJson } from '../support/files.js';
import { once } from '../support/kept.js';
import { packaged } from '../support/package-files.js';

/** Loads it when a request first has words that the program itself does not list. */
export const loadSubjectWords = once(
  async (): Promise<SubjectWords | undefined> =>
    new SubjectWords((await readJson(packaged('data', 'subjects.json'))) as LearntSubjects),
);
