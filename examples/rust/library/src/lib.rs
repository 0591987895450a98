//! Small functions that make text presentable.

/// A name for an address: lower case, words joined by hyphens, never empty.
pub fn slugify(text: &str) -> String {
    text.to_lowercase().replace(' ', "-")
}
