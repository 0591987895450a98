#include "tidy_text.h"

#include <ctype.h>

int slugify(const char *text, char *slug, size_t size) {
    size_t length = 0;
    for (; *text; text++) {
        if (length + 1 >= size) return -1;
        slug[length++] = *text == ' ' ? '-' : (char)tolower((unsigned char)*text);
    }
    slug[length] = '\0';
    return 0;
}
