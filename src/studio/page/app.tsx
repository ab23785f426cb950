/** The page: its parts as tabs, the language, and the token where the server asks for one. */
import { useEffect, useState } from 'preact/hooks';
import { CheckView } from './check-view.js';
import { CompareView } from './compare-view.js';
import type { Description, Engine } from './engine.js';
import { EvaluateView } from './evaluate-view.js';
import { initialLanguage, keepLanguage, LanguageContext, useSay, type Language } from './language.js';
import { LocalEngine } from './local-engine.js';
import { LocalTrainView } from './local-train-view.js';
import { RulesContext } from './rules.js';
import { ServerEngine, ServerError } from './server-engine.js';
import { useTheme } from './theme.js';
import type { Aim } from './train-aims.js';
import { TrainView } from './train-view.js';
import { WriteView } from './write-view.js';

const TABS = ['write', 'check', 'compare', 'train', 'evaluate'] as const;
type Tab = (typeof TABS)[number];

const tabOf = (hash: string): Tab => TABS.find((tab) => `#${tab}` === hash) ?? 'write';

export function App({ engine }: { engine: Engine }) {
  const [language, setLanguage] = useState<Language>(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
    keepLanguage(language);
  }, [language]);
  return (
    <LanguageContext.Provider value={language}>
      <Studio engine={engine} language={language} onLanguage={setLanguage} />
    </LanguageContext.Provider>
  );
}

interface StudioProps {
  readonly engine: Engine;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

function Studio({ engine, language, onLanguage }: StudioProps) {
  const say = useSay();
  const [tab, setTab] = useState<Tab>(() => tabOf(location.hash));
  const [aim, setAim] = useState<Aim>();
  const { description, error, reload } = useDescription(engine);
  useEffect(() => {
    const follow = (): void => setTab(tabOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  // Models that were trained meanwhile are there when the next part is opened.
  useEffect(() => reload(), [tab]);
  const names: Readonly<Record<Tab, string>> = {
    write: say('写诗', 'Write'),
    check: say('格律', 'Check'),
    compare: say('比较', 'Compare'),
    train: say('训练', 'Train'),
    evaluate: say('评测', 'Evaluate'),
  };
  const server = engine instanceof ServerEngine ? engine : undefined;
  const local = engine instanceof LocalEngine ? engine : undefined;
  const tabs = TABS.filter((name) => {
    if (name === 'write' || name === 'check' || (name === 'train' && local)) return true;
    return name === 'compare' ? server !== undefined && description?.owner : description?.owner;
  });
  return (
    <>
      <header>
        <h1>
          <span class="seal" aria-hidden="true">
            诗
          </span>
          {say('诗坊', 'shiren studio')}
        </h1>
        <nav aria-label={say('各处', 'parts')}>
          {tabs.map((name) => (
            <a key={name} href={`#${name}`} aria-current={tab === name ? 'page' : undefined}>
              {names[name]}
            </a>
          ))}
        </nav>
        <div class="settings">
          <ThemeButton />
          <button
            type="button"
            class="quiet"
            lang={language === 'zh' ? 'en' : 'zh'}
            onClick={() => onLanguage(language === 'zh' ? 'en' : 'zh')}
          >
            {language === 'zh' ? 'English' : '中文'}
          </button>
        </div>
      </header>
      <main>
        {error instanceof ServerError && error.status === 401 && server ? (
          <TokenForm
            onToken={(token) => {
              server.setToken(token);
              reload();
            }}
          />
        ) : (
          error && (
            <p class="error" role="alert">
              {error.message}
            </p>
          )
        )}
        {description && (
          <RulesContext.Provider value={description.rules}>
            {tab === 'write' && <WriteView engine={engine} description={description} reload={reload} />}
            {tab === 'check' && <CheckView engine={engine} description={description} />}
            {tab === 'compare' && server && (
              <CompareView
                engine={server}
                description={description}
                onTrain={() => {
                  setAim('votes');
                  location.hash = '#train';
                }}
              />
            )}
            {tab === 'train' && server && <TrainView engine={server} description={description} aim={aim} />}
            {tab === 'train' && local && <LocalTrainView files={local.files} />}
            {tab === 'evaluate' && server && <EvaluateView engine={server} description={description} />}
          </RulesContext.Provider>
        )}
      </main>
    </>
  );
}

function ThemeButton() {
  const say = useSay();
  const [theme, turn] = useTheme();
  const label = theme === 'dark' ? say('浅色', 'light') : say('深色', 'dark');
  return (
    <button type="button" class="quiet" aria-label={label} title={label} onClick={turn}>
      {theme === 'dark' ? '☀' : '☾'}
    </button>
  );
}

function useDescription(engine: Engine): {
  description: Description | undefined;
  error: Error | undefined;
  reload: () => void;
} {
  const [description, setDescription] = useState<Description>();
  const [error, setError] = useState<Error>();
  const reload = (): void => {
    engine.describe().then(
      (found) => {
        setDescription(found);
        setError(undefined);
      },
      (caught: Error) => setError(caught),
    );
  };
  return { description, error, reload };
}

function TokenForm({ onToken }: { onToken: (token: string) => void }) {
  const say = useSay();
  const [token, setToken] = useState('');
  return (
    <form
      class="panel token"
      onSubmit={(event) => {
        event.preventDefault();
        onToken(token);
      }}
    >
      <label>
        {say('口令', 'token')}
        <input type="password" value={token} onInput={({ currentTarget }) => setToken(currentTarget.value)} />
      </label>
      <button type="submit" class="primary">
        {say('进入', 'enter')}
      </button>
    </form>
  );
}
