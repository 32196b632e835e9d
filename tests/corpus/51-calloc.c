// Fresh mappings are zero already: calloc does not touch a large block.
char *a = calloc(256, 4096);
char c = a[0];
c = a[512 * 1024];
a[512 * 1024] = 1;
char *b = calloc(10, 100);
b[999] = 1;
c = b[0];
free(b);
free(a);
