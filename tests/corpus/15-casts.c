// One mapping seen as bytes, words and signed words.
void *raw = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
unsigned char *bytes = raw;
uint32_t *words = (uint32_t *)raw;
words[PAGE / 4] = 0xfffffffe;
int top = bytes[PAGE + 3];
int32_t negative = *(int32_t *)(bytes + PAGE);
int64_t wide = ((int64_t *)raw)[2 * PAGE / 8];
((uint16_t *)raw)[3 * PAGE / 2] = (uint16_t)negative;
long pick = negative < 0 ? bytes[0] : bytes[PAGE];
