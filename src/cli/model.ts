/** Finding the model that the user names, with a bar while it is downloaded. */
import { readChatTemplate } from '../model/chat-template.js';
import { modelFolder } from '../model/folder.js';
import type { DownloadProgress } from '../model/hub.js';
import { say } from './language.js';
import { resolvePath } from './paths.js';
import { startProgress, type Progress } from './progress.js';

const MEGABYTE = 2 ** 20;

/** Models of which it was said that they have no chat template. */
const said = new Set<string>();

/** Says, once a model, that its prompts are asked plainly. */
export async function sayIfPlain(folder: string): Promise<void> {
  if (said.has(folder) || (await readChatTemplate(folder)) !== undefined) return;
  said.add(folder);
  console.error(
    say(
      `${folder}：模型没有对话模板，用简单格式：提示、换行、答案、结束符`,
      `${folder}: the model has no chat template; a plain one is used: prompt, newline, answer, end token`,
    ),
  );
}

/** A bar for files that are brought from the hub; it ends with the last byte of the last. */
export function downloadBar(): (progress: DownloadProgress) => void {
  let bar: Progress | undefined;
  return ({ file, done, total }) => {
    bar ??= startProgress('download', Math.ceil(total / MEGABYTE));
    bar.update(Math.floor(done / MEGABYTE), `MB ${file}`);
    if (done < total) return;
    bar.stop();
    bar = undefined;
  };
}

/** The folder of a model: a path, one of the package's own, or an id of the Hugging Face hub. */
export async function resolveModel(name: string): Promise<string> {
  const folder = await modelFolder(resolvePath(name), downloadBar());
  await sayIfPlain(folder);
  return folder;
}
