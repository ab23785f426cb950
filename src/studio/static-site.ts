/** A static site: Write and Check with the miniature wholly in the browser, fit for any static host. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { writeFileWhole, writeFolderWhole, writeJson } from '../support/files.js';
import { POEM_CHOICES } from '../writing/choices.js';

export interface StaticSiteOptions {
  /** Folder of the built page. */
  readonly page: string;
  /** The bundled library; ONNX Runtime's files lie beside it. */
  readonly library: string;
  readonly model: string;
  readonly adapter: string;
  /** Index of known lines. */
  readonly index: string;
  /** What leads from words to poems. */
  readonly subjects: string;
  readonly version: string;
}

/** Files of ONNX Runtime that a page needs. */
const RUNTIME_FILES = ['ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.mjs'];

/** A static host sets no headers for us, so the page carries what it may load. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'";

/**
 * Writes the site into a folder, whole or not at all.
 *
 * @throws InputError for a folder that holds something else
 */
export async function writeStaticSite(folder: string, options: StaticSiteOptions): Promise<void> {
  if (existsSync(folder) && !existsSync(path.join(folder, 'studio.json'))) {
    throw new InputError(
      `--static ${folder}: holds something else, expected a new folder or an earlier site`,
    );
  }
  const fill = async (beside: string): Promise<void> => {
    const into = (name: string): string => path.join(beside, name);
    await mkdir(into('runtime'));
    await cp(options.page, beside, { recursive: true });
    await cp(options.library, into('shiren.browser.js'));
    await cp(options.model, into('model'), { recursive: true });
    await cp(options.adapter, into('adapter'), { recursive: true });
    await cp(options.index, into('tang.index'));
    await cp(options.subjects, into('subjects.json'));
    const runtime = path.dirname(options.library);
    for (const name of RUNTIME_FILES) await cp(path.join(runtime, name), into(`runtime/${name}`));
    const page = await readFile(into('index.html'), 'utf8');
    const policy = `<meta http-equiv="content-security-policy" content="${POLICY}" />`;
    await writeFileWhole(into('index.html'), page.replace('<head>', `<head>\n    ${policy}`));
    await writeJson(into('studio.json'), {
      engine: 'local',
      library: 'shiren.browser.js',
      model: 'model',
      adapter: 'adapter',
      index: 'tang.index',
      subjects: 'subjects.json',
      wasm: 'runtime/',
      version: options.version,
      choices: POEM_CHOICES,
    });
  };
  await writeFolderWhole(folder, fill, { replace: true });
}
