/** Finding the model that the user names, with a bar while it is downloaded. */
import { readChatTemplate } from '../model/chat-template.js';
import { modelFolder } from '../model/folder.js';
import { say } from './language.js';
import { resolvePath } from './paths.js';
import { startProgress, type Progress } from './progress.js';

const MEGABYTE = 2 ** 20;

/** Models of which it was said that they have no chat template. */
const said = new Set<string>();

/** Says, once a model, that its prompts are asked plainly. */
async function sayIfPlain(folder: string): Promise<void> {
  if (said.has(folder) || (await readChatTemplate(folder)) !== undefined) return;
  said.add(folder);
  console.error(
    say(
      `${folder}：模型没有对话模板，用简单格式：提示、换行、答案、结束符`,
      `${folder}: the model has no chat template; a plain one is used: prompt, newline, answer, end token`,
    ),
  );
}

/** The folder of a model: a path, one of the package's own, or an id of the Hugging Face hub. */
export async function resolveModel(name: string): Promise<string> {
  let bar: Progress | undefined;
  try {
    const folder = await modelFolder(resolvePath(name), ({ file, done, total }) => {
      bar ??= startProgress(name, Math.ceil(total / MEGABYTE));
      bar.update(Math.floor(done / MEGABYTE), `MB ${file}`);
    });
    await sayIfPlain(folder);
    return folder;
  } finally {
    bar?.stop();
  }
}
