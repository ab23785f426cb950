/** Where the page begins: which engine it has, its site says. */
import { render } from 'preact';
import { App } from './app.js';
import type { Engine } from './engine.js';
import type { LocalFiles } from './engine-worker.js';
import { LocalEngine } from './local-engine.js';
import { ServerEngine } from './server-engine.js';
import './styles/index.css';

// After the first paint: its rules are long, and nothing waits for them.
void import('./poem-font.js');

type Site = { readonly engine: 'server' } | ({ readonly engine: 'local' } & LocalFiles);

async function openEngine(): Promise<Engine> {
  const site = (await (await fetch('studio.json')).json()) as Site;
  if (site.engine === 'server') return new ServerEngine();
  const url = (name: string): string => new URL(name, location.href).href;
  const { library, model, adapter, index, wasm, version } = site;
  return new LocalEngine({
    library: url(library),
    model: url(model),
    adapter: url(adapter),
    index: url(index),
    wasm: url(wasm),
    version,
  });
}

const root = document.getElementById('studio');
if (root) {
  openEngine().then(
    (engine) => render(<App engine={engine} />, root),
    (error: unknown) => (root.textContent = String(error)),
  );
}
