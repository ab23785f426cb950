/** Another model to choose: a folder or an id of the hub, with or without an adapter. */
import { useState } from 'preact/hooks';
import { ErrorMessage } from './error-message.js';
import { TextField } from './fields.js';
import { useSay } from './language.js';
import type { ServerEngine } from './server-engine.js';

interface AddModelProps {
  readonly engine: ServerEngine;
  /** Called with the id of the model that was added. */
  readonly onAdded: (id: string) => void;
}

export function AddModel({ engine, onAdded }: AddModelProps) {
  const say = useSay();
  const [model, setModel] = useState('');
  const [adapter, setAdapter] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const add = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const { id } = await engine.addModel(model.trim(), adapter.trim() === '' ? undefined : adapter.trim());
      onAdded(id);
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <details>
      <summary>{say('另加模型', 'another model')}</summary>
      <TextField
        label={say('底模', 'base model')}
        value={model}
        onChange={setModel}
        placeholder="Qwen/Qwen3-0.6B"
      />
      <TextField
        label={say('适配器', 'adapter')}
        value={adapter}
        onChange={setAdapter}
        placeholder="output/qwen3/stage3-dpo"
      />
      <div class="actions">
        <button type="button" disabled={busy || model.trim() === ''} onClick={() => void add()}>
          {busy ? say('加载中……', 'loading…') : say('加入', 'add')}
        </button>
      </div>
      <ErrorMessage error={error} />
    </details>
  );
}
