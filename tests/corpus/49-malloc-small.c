// A small block comes from the heap, which grows and is touched from its beginning.
char *a = malloc(100);
memset(a, 'a', 100);
char *b = malloc(20000);
b[0] = 'b';
b[8000] = 'b';
b[19999] = 'b';
free(a);
char *c = malloc(100);
c[0] = 'c';
free(b);
free(c);
