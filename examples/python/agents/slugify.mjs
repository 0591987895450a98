// Plays a coding agent that knows Python.
import { writeFileSync } from 'node:fs'

writeFileSync(
  'tidy_text/slugs.py',
  `"""Names for addresses."""

import re


def slugify(text: str) -> str:
    """Lower case, words joined by hyphens, never empty."""
    return "-".join(re.findall(r"[^\\W_]+", text.lower())) or "untitled"
`,
)
console.log('Whatever is neither letter nor digit separates words; a text without any is untitled.')
