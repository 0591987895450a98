import eslint from 'typescript-eslint'

// Without type information: tsc says what types can say, and a lint of the whole tree stays at seconds.
const product = ['db', 'machines', 'runtime', 'actors', 'http', 'cli', 'visualizations'].map((floor) => `${floor}/**`)
const environment = { object: 'process', property: 'env', message: 'Only cli/ reads the environment; pass it in.' }
const impure = (object, property) => ({
  object,
  property,
  message: 'Machines are pure: it comes in an event or input.',
})

export default eslint.config(
  { ignores: ['node_modules/', 'dist/', 'coverage/', 'examples/*/library/', 'docs/charts/'] },
  ...eslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
    },
  },
  {
    files: product,
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  // A query is one statement: its length is the statement's.
  { files: ['db/queries/**'], rules: { 'max-lines-per-function': 'off' } },
  { files: product, ignores: ['cli/**'], rules: { 'no-restricted-properties': ['error', environment] } },
  {
    files: ['machines/**'],
    rules: {
      'no-restricted-properties': ['error', environment, impure('Date', 'now'), impure('Math', 'random')],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'fetch', 'crypto', 'performance', 'console'],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Machines have no clock.' },
      ],
    },
  },
)
