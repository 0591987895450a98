import eslint from 'typescript-eslint'

export default eslint.config(
  { ignores: ['node_modules/', 'dist/', 'coverage/', 'examples/*/library/', 'docs/charts/'] },
  ...eslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'off',
      'max-lines': ['error', { max: 300 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
    },
  },
  { files: ['test/**', 'bench/**'], rules: { 'max-lines': 'off' } },
)
