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
  interop: ['corpus', 'model', 'tensor', 'training', 'writing'],
  pipeline: ['poetry', 'corpus', 'tensor', 'model', 'training', 'writing', 'evaluation', 'interop'],
  browser: ['poetry', 'tensor', 'writing'],
  studio: [
    'view',
    'poetry',
    'corpus',
    'tensor',
    'model',
    'training',
    'writing',
    'evaluation',
    'pipeline',
    'browser',
  ],
  cli: [
    ...['poetry', 'corpus', 'tensor', 'model', 'training', 'writing', 'evaluation', 'interop', 'pipeline'],
    'studio',
  ],
};

const zones = Object.entries(rooms).map(([room, allowed]) => ({
  target: `./src/${room}`,
  from: './src',
  except: [room, 'support', ...allowed].map((name) => `./${name}`),
  message: `src/${room} may import only from: ${[room, 'support', ...allowed].join(', ')} (see ARCHITECTURE.md)`,
}));

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
