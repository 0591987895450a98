import unittest

from tidy_text import slugify


class Slugify(unittest.TestCase):
    def test_words_are_joined_by_hyphens(self):
        self.assertEqual(slugify("Two Words"), "two-words")

    def test_what_is_no_letter_separates_words(self):
        self.assertEqual(slugify("  Hello, World! "), "hello-world")

    def test_a_slug_is_never_empty(self):
        self.assertEqual(slugify("!?"), "untitled")
