#ifndef TIDY_TEXT_H
#define TIDY_TEXT_H

#include <stddef.h>

/* A name for an address: lower case, words joined by hyphens, never empty. -1: there is no room for it. */
int slugify(const char *text, char *slug, size_t size);

#endif
