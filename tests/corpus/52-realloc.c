// realloc keeps the contents, in place or elsewhere.
char *a = malloc(300 * 1024);
memset(a, 'a', 300 * 1024);
a = realloc(a, 600 * 1024);
char c = a[0];
a[599 * 1024] = 'b';
c = a[299 * 1024];
a = realloc(a, 200 * 1024);
c = a[0];
char *s = malloc(50);
strcpy(s, "short");
s = realloc(s, 30000);
s[29999] = 0;
free(s);
free(a);
