// Plays a coding agent that knows Rust.
import { writeFileSync } from 'node:fs'

writeFileSync(
  'src/lib.rs',
  `//! Small functions that make text presentable.

/// A name for an address: lower case, words joined by hyphens, never empty.
pub fn slugify(text: &str) -> String {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        return "untitled".to_string();
    }
    words.join("-")
}
`,
)
console.log('Whatever is neither letter nor digit separates words; a text without any is untitled.')
