use tidy_text::slugify;

#[test]
fn words_are_joined_by_hyphens() {
    assert_eq!(slugify("Two Words"), "two-words");
}

#[test]
fn what_is_no_letter_separates_words() {
    assert_eq!(slugify("  Hello, World! "), "hello-world");
}

#[test]
fn a_slug_is_never_empty() {
    assert_eq!(slugify("!?"), "untitled");
}
