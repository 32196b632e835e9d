// memcpy, memcmp, strcpy and strlen over mappings fault as plain loads and stores do.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
char *q = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
strcpy(p + PAGE - 3, "across two pages");
size_t length = strlen(p + PAGE - 3);
memcpy(q, p, 2 * PAGE);
int order = memcmp(p, q, 2 * PAGE);
order = memcmp(p + 4 * PAGE, q + 4 * PAGE, PAGE);
length = strlen(p + 5 * PAGE);
strcpy(q + 6 * PAGE, p + PAGE - 3);
memset(p + 6 * PAGE, 0, PAGE + 1);
memcpy(p + 2 * PAGE, q + 2 * PAGE, PAGE);
