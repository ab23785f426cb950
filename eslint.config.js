/** Rooms and style. Cycles of imports and what needs types (promises, unsafe values) are oxlint's: .oxlintrc.json. */
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

/**
 * Which rooms of src/ each room may import from. The direction is one way: a room that is not named
 * in a list may not be imported from there.
 */
const rooms = {
  poetry: [],
  tensor: [],
  corpus: ['poetry'],
  model: ['tensor'],
  training: ['model', 'tensor'],
  writing: ['model', 'poetry', 'tensor'],
  view: ['poetry'],
  evaluation: ['view', 'writing', 'poetry', 'model', 'tensor'],
  interop: ['corpus', 'model', 'tensor', 'training'],
  pipeline: ['poetry', 'corpus', 'tensor', 'model', 'training', 'writing', 'evaluation', 'interop'],
  browser: ['poetry', 'corpus', 'tensor', 'model', 'training', 'writing', 'pipeline'],
  studio: ['view', 'poetry', 'corpus', 'tensor', 'model', 'training', 'writing', 'browser'],
  cli: [
    ...['poetry', 'corpus', 'tensor', 'model', 'training', 'writing', 'evaluation', 'interop', 'pipeline'],
    'studio',
  ],
};

/** The same among rooms within a room: what stands in such a room beside them is above them, but for the files named. */
const innerRooms = {
  poetry: {
    script: [],
    forms: ['script', 'text.ts'],
    readings: ['script', 'text.ts'],
    parsing: ['script', 'forms', 'readings', 'text.ts', 'modern-words.ts'],
    prosody: ['script', 'forms', 'readings', 'parsing', 'text.ts'],
  },
  writing: {
    constraints: [],
    decoding: ['constraints'],
  },
};

/** What no-restricted-paths reads: each room of a folder with all that it may import from that folder. */
const zonesOf = (folder, table, always = []) =>
  Object.entries(table).map(([room, allowed]) => ({
    target: `${folder}/${room}`,
    from: folder,
    except: [room, ...always, ...allowed].map((name) => `./${name}`),
    message: `${folder}/${room} may import only from: ${[room, ...always, ...allowed].join(', ')} (see ARCHITECTURE.md)`,
  }));

const zones = [
  ...zonesOf('./src', rooms, ['support']),
  ...Object.entries(innerRooms).flatMap(([room, table]) => zonesOf(`./src/${room}`, table)),
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'output', 'runs', 'docs/api'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-default-export': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'Program > :matches(VariableDeclaration, ExportNamedDeclaration > VariableDeclaration)[kind="let"]',
          message: 'State belongs to an object; what is made once, to `once`.',
        },
        {
          selector:
            'Program > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(WeakMap|LRUCache)$/]',
          message: 'A cache belongs to an object.',
        },
      ],
    },
  },
  { files: ['*.config.ts', '*.config.js'], rules: { 'import-x/no-default-export': 'off' } },
);
