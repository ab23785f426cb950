/** Files that ship with the package and stand where none is named. */
export { displayPath, packaged, resolvePath } from '../support/package-files.js';

export const DEFAULT_MODEL = 'models/miniature';
export const DEFAULT_ADAPTER = 'models/miniature-dpo';
/** 220 poems of chinese-poetry. */
export const STARTER_CORPUS = 'data/starter';
export const DEFAULT_INDEX = 'data/tang.index';
/** What leads from words to poems. */
export const SUBJECTS_FILE = 'data/subjects.json';
