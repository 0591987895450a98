// Plays a coding agent that knows C.
import { writeFileSync } from 'node:fs'

writeFileSync(
  'src/slugify.c',
  `#include "tidy_text.h"

#include <ctype.h>
#include <string.h>

int slugify(const char *text, char *slug, size_t size) {
    size_t length = 0;
    int between = 0;
    for (; *text; text++) {
        if (!isalnum((unsigned char)*text)) {
            between = length > 0;
            continue;
        }
        if (length + (size_t)between + 1 >= size) return -1;
        if (between) slug[length++] = '-';
        slug[length++] = (char)tolower((unsigned char)*text);
        between = 0;
    }
    if (length == 0) {
        if (size < sizeof "untitled") return -1;
        strcpy(slug, "untitled");
        return 0;
    }
    slug[length] = '\\0';
    return 0;
}
`,
)
console.log('Whatever is neither letter nor digit separates words; a text without any is untitled.')
