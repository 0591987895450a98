#include "tidy_text.h"

#include <stdio.h>
#include <string.h>

static int failures = 0;

static void expect(const char *text, const char *expected) {
    char slug[64];
    if (slugify(text, slug, sizeof slug) == 0 && strcmp(slug, expected) == 0) return;
    fprintf(stderr, "slugify(\"%s\") is \"%s\", not \"%s\"\n", text, slug, expected);
    failures++;
}

int main(void) {
    char small[4];
    expect("Two Words", "two-words");
    expect("  Hello, World! ", "hello-world");
    expect("!?", "untitled");
    if (slugify("too long", small, sizeof small) != -1) {
        fprintf(stderr, "what does not fit is refused\n");
        failures++;
    }
    printf("%d failures\n", failures);
    return failures != 0;
}
