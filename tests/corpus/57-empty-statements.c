// Declarations, arithmetic and calls that touch nothing: 0 faults each.
int a = 6;
int b = 7;
int product = a * b;
;
long page = sysconf(_SC_PAGESIZE);
pid_t me = getpid();
for (int i = 0; i < 1000; i++)
    product ^= i;
{
    int inner = product;
    product = inner + 1;
}
