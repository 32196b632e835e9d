// Pages without permissions around a buffer, never touched.
char *p = mmap(NULL, 6 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
mprotect(p + PAGE, 4 * PAGE, PROT_READ | PROT_WRITE);
char *buffer = p + PAGE;
memset(buffer, 'g', 4 * PAGE);
buffer[4 * PAGE - 1] = 0;
size_t length = strlen(buffer);
