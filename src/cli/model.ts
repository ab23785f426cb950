/** Finding the model that the user names, with a bar while it is downloaded. */
import { modelFolder } from '../model/folder.js';
import { resolvePath } from './paths.js';
import { startProgress, type Progress } from './progress.js';

const MEGABYTE = 2 ** 20;

/** The folder of a model: a path, one of the package's own, or an id of the Hugging Face hub. */
export async function resolveModel(name: string): Promise<string> {
  let bar: Progress | undefined;
  try {
    return await modelFolder(resolvePath(name), ({ file, done, total }) => {
      bar ??= startProgress(name, Math.ceil(total / MEGABYTE));
      bar.update(Math.floor(done / MEGABYTE), `MB ${file}`);
    });
  } finally {
    bar?.stop();
  }
}
