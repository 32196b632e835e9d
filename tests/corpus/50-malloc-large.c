// A large block is a mapping of its own: free gives it back at once.
size_t size = 1024 * 1024;
char *a = malloc(size);
a[0] = 'a';
for (size_t at = 0; at < size; at += PAGE)
    a[at] = 'b';
free(a);
char *b = malloc(size);
memset(b, 'b', size);
free(b);
