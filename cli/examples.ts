/** What is asked of a person in the story of an example, which answers it itself: nobody is there who would. */
export type Answered = {
  type: 'step_review' | 'limit_exceeded'
  /** What the answer says beside yes. */
  with: object
  /** How a person says the same: further options of `adjutant approve`. */
  options: string
  /** What the example says that it does. */
  says: string
}

export type Example = {
  /** For the list of commands. */
  summary: string
  /** What is going to be seen. */
  story: string[]
  /** The example whose library it works on; null: it needs none. */
  library: string | null
  answered?: Answered
  /** Programs that it cannot do without. */
  needs?: string[]
}

const otherLanguage = (what: string) => [
  `${what} does not do what its README says, and its tests fail. One step puts it right.`,
  'Nobody says how it is built and tested: that is found in the repository.',
]

/** By the name of their folder in `examples/`. */
export const examples = {
  default: {
    summary: 'put a small library right: failing tests, a rework, an approval (what `npm start` runs)',
    story: [
      'A small library does not do what its README says, and its tests fail. Five steps put it right:',
      'two of them side by side, one that must be worked on again, and one that a person has to look at.',
    ],
    library: 'default',
    answered: {
      type: 'step_review',
      with: {},
      options: '',
      says: 'Nobody is asked in an example: it approves this itself.',
    },
  },
  thinking: {
    summary: 'the same library with a goal alone: planned, worked on and judged by models (ADJUTANT_MODEL)',
    story: [
      'A small library does not do what its README says, and its tests fail. The directive names a goal and no steps:',
      'a model plans them, the built-in agent carries them out, and a model judges what came of it.',
    ],
    library: 'default',
  },
  conflict: {
    summary: 'two steps that change the same line of the same file',
    story: [
      'Two steps run side by side, and both of them change the last line of the same file. Whichever is merged second',
      'meets a conflict: its work is done again, on what the other one has made of the file.',
    ],
    library: 'default',
  },
  budget: {
    summary: 'a limit of money that is reached, and raised',
    story: [
      'Four steps, each of which costs 20 cents, and a limit of half a dollar. When it is reached nothing new starts,',
      'and a person is asked: with a higher limit it goes on where it was.',
    ],
    library: null,
    answered: {
      type: 'limit_exceeded',
      with: { limits: { maxTotalCostUsd: 1 } },
      options: ' --max-cost-usd 1',
      says: 'Nobody is asked in an example: it raises the limit to one dollar itself.',
    },
  },
  wide: {
    summary: 'two hundred steps, nearly all of them side by side',
    story: ['Two hundred steps that do nothing: one, then 198 of which up to 16 run side by side, then one.'],
    library: null,
  },
  rust: {
    summary: 'a Rust crate, built and tested by cargo',
    story: otherLanguage('A small crate'),
    library: 'rust',
    needs: ['cargo', 'rustc'],
  },
  python: {
    summary: 'a Python package, tested by unittest',
    story: otherLanguage('A small package'),
    library: 'python',
    needs: ['python3'],
  },
  c: {
    summary: 'a C library, built and tested by make',
    story: otherLanguage('A small library in C'),
    library: 'c',
    needs: ['make', 'cc'],
  },
} satisfies Record<string, Example>

export type ExampleName = keyof typeof examples
