/** Where the page begins: which engine it has, its site says. */
import { render } from 'preact';
import type { PoemChoices } from '../../writing/choices.js';
import { App } from './app.js';
import type { Engine } from './engine.js';
import type { LocalFiles } from './engine-worker.js';
import { LocalEngine } from './local-engine.js';
import { ServerEngine } from './server-engine.js';
import './styles/index.css';

// After the first paint: its rules are long, and nothing waits for them.
void import('./poem-font.js');

type Site =
  | { readonly engine: 'server' }
  | ({ readonly engine: 'local'; readonly version: string; readonly choices: PoemChoices } & LocalFiles);

async function openEngine(): Promise<Engine> {
  const site = (await (await fetch('studio.json')).json()) as Site;
  if (site.engine === 'server') return new ServerEngine();
  const url = (name: string): string => new URL(name, location.href).href;
  const { library, model, adapter, index, subjects, wasm, version, choices } = site;
  const files = {
    library: url(library),
    model: url(model),
    adapter: url(adapter),
    index: url(index),
    subjects: url(subjects),
    wasm: url(wasm),
  };
  // What can be asked for is told without the library, which is large and comes when it is needed.
  return new LocalEngine(files, { ...choices, models: [{ id: adapter }], version, owner: false });
}

const root = document.getElementById('studio');
if (root) {
  openEngine().then(
    (engine) => render(<App engine={engine} />, root),
    (error: unknown) => (root.textContent = String(error)),
  );
}
