// ---- How it works ----
//
// The first process is the stage manager: it makes the files, starts the others, and gives them their turns through a
// pipe each; through one more they hand back. What plays the lesson never shares memory with it but for one page or
// two of notes, and all that a process needs for itself is touched before its first statement, and again after fork, so
// that every fault counted is the statement's own. See getrusage(2), proc_pid_maps(5), sigaltstack(2), prctl(2).

#undef mmap
#undef open
#undef close
#undef unlink
#undef read
#undef write
#undef pwrite
#undef fsync
#undef shm_open
#undef shm_unlink
#undef waitpid
#undef kill
#undef fork
#undef perror
#undef _exit

// What all processes know.
static struct {
    int step;                     // which step it is
    int children;                 // how many fork has made
    pid_t pids[PROCESSES];        // 0: not there yet
    const char *running[PROCESSES]; // the statement that it is in
    bool ending[PROCESSES];       // has called _exit, or kill on itself
    bool parked[PROCESSES];       // a child that has come to the end of the statement that forked it
    char held[PROCESSES][512];    // that child's row, printed after its parent's
    long minor[PROCESSES], major[PROCESSES];
    char shared_names[16][64];    // what shm_open made
    int rules_broken;
} *notes;

// Pipes and the terminal stand at high numbers, so that the first file a lesson opens is number 3.
#define FIRST_OWN_DESCRIPTOR 500
static int turns[PROCESSES][2], handed_back[2], screen;

static const char *name_of(int who)
{
    static char name[24];
    bool child = who <= CHILDREN;
    int number = child ? who : who - CHILDREN;
    if (who == MAIN)
        return "main";
    if (number == 1)
        return child ? "child" : "peer";
    snprintf(name, sizeof name, "%s %d", child ? "child" : "peer", number);
    return name;
}

// ---- Rows ----

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
#define ERROR_NAME(number) strerrorname_np(number)
#else
#define ERROR_NAME(number) strerror(number)
#endif

static char row[512], output[16 * 1024];
static int row_length, row_errno;
static bool in_statement, row_killed;
static const char *row_statement;
static struct rusage before, after;
static long spent_minor, spent_major;

static void say(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(screen, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= written;
    }
}

static void await_children(void);

// Prints the row, then what the statement printed, which had to wait, since printing is not to be counted, then the
// rows of the children that it made.
static void finish_row(void)
{
    if (row_length > 0) {
        row[row_length++] = '\n';
        if (the_process <= CHILDREN && the_process != MAIN && !notes->parked[the_process])
            memcpy(notes->held[the_process], row, row_length);
        else
            say(row, row_length);
    }
    row_length = 0;
    fflush(stdout);
    await_children();
}

static void add_to_row(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add_to_row(const char *format, ...)
{
    __builtin_va_list list;
    __builtin_va_start(list, format);
    int room = sizeof row - 2 - row_length;
    int length = vsnprintf(row + row_length, room, format, list);
    row_length += length < room ? length : room - 1;
    __builtin_va_end(list);
}

static void the_row_begins(const char *statement)
{
    finish_row();
    row_statement = notes->running[the_process] = statement;
    row_killed = false;
    spent_minor = spent_major = 0;
    the_error = 0;
    the_signal = 0;
    in_statement = true;
}

static void start_thread(void);
static void stop_thread(void);

static void the_count_begins(void)
{
    start_thread();
    errno = row_errno;
    getrusage(RUSAGE_THREAD, &before);
}

// Adds what was counted since the_count_begins.
static void count(void)
{
    getrusage(RUSAGE_THREAD, &after);
    spent_minor += after.ru_minflt - before.ru_minflt;
    spent_major += after.ru_majflt - before.ru_majflt;
}

static void count_in_all(void)
{
    minor_faults += spent_minor;
    major_faults += spent_major;
    notes->minor[the_process] += spent_minor;
    notes->major[the_process] += spent_major;
}

static char killed_by[96];

static void write_row(void)
{
    bool whole = strlen(row_statement) <= 120;
    row_length = 0;
    add_to_row("%-8s %5ld+%-4ld ", name_of(the_process), spent_minor, spent_major);
    add_to_row("%.*s%s", 120, row_statement, whole ? "" : " ...");
    if (row_killed)
        add_to_row("   %s", killed_by);
    else if (the_error != 0)
        add_to_row("   %s", ERROR_NAME(the_error));
}

static void the_row_ends(void)
{
    count();
    row_errno = errno;
    in_statement = the_recovery_is_set = false;
    stop_thread();
    notes->running[the_process] = NULL;
    count_in_all();
    write_row();
}

static void the_row_shows(const char *name, int kind, long value)
{
    if (row_length == 0 || row_killed)
        return;
    if (kind == 'c' && value >= ' ' && value <= '~')
        add_to_row("   %s = '%c'", name, (char)value);
    else
        add_to_row(kind == 'p' ? "   %s = %#lx" : "   %s = %ld", name, value);
}

static void the_rule_begins(void)
{
    the_recovery_is_set = true;
    errno = row_errno;
}

static void the_rule(const char *text, int holds)
{
    the_recovery_is_set = row_killed = false;
    finish_row();
    if (holds == 0)
        notes->rules_broken++;
    add_to_row("         %s  %s", holds == 1 ? "holds:" : holds == 0 ? "DOES NOT HOLD:" : "unknown:", text);
    finish_row();
}

static void the_answer(const char *text, long value)
{
    the_recovery_is_set = row_killed = false;
    finish_row();
    add_to_row("         answer: %s is %ld", text, value);
    if (value > ' ' && value <= '~')
        add_to_row(" ('%c')", (char)value);
    finish_row();
}

// ---- The second thread, and races ----

static volatile int thread_shall_run;
static volatile pid_t thread_lives;
static char thread_stack[64 * 1024] __attribute__((aligned(16)));

static int spin(void *unused)
{
    (void)unused;
    while (thread_shall_run)
        continue;
    return 0;
}

static void start_thread(void)
{
    const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
                      | CLONE_CHILD_CLEARTID;
    if (!the_thread_is_wanted || thread_shall_run)
        return;
    thread_shall_run = thread_lives = 1;
    if (clone(spin, thread_stack + sizeof thread_stack, flags, NULL, NULL, NULL, (void *)&thread_lives) < 0)
        thread_shall_run = thread_lives = 0;
}

static void stop_thread(void)
{
    thread_shall_run = 0;
    while (thread_lives) // The kernel clears it when the thread is gone.
        sched_yield();
}

#define MOST_CONTESTANTS 8
#define MOST_ROUNDS 1000
static struct {
    const char *name;
    long nanoseconds[MOST_ROUNDS], minor[MOST_ROUNDS], major[MOST_ROUNDS];
} race[MOST_CONTESTANTS];
static int race_rounds, race_contestants, race_round, race_slot;
static bool in_lap;
static struct timespec lap_begun, lap_ended;

static void the_race_begins(int rounds, int contestants)
{
    finish_row();
    race_rounds = rounds < MOST_ROUNDS ? rounds : MOST_ROUNDS - 1;
    race_contestants = contestants < MOST_CONTESTANTS ? contestants : MOST_CONTESTANTS;
    race_round = 0; // the one that warms up
    race_slot = -1;
}

static long median(long *values)
{
    for (int i = 2; i <= race_rounds; i++) // Sorts them; place 0 is the round that warms up.
        for (int j = i; j > 1 && values[j] < values[j - 1]; j--) {
            long swapped = values[j];
            values[j] = values[j - 1];
            values[j - 1] = swapped;
        }
    return values[1 + (race_rounds - 1) / 2];
}

static bool the_race_goes_on(void)
{
    if (++race_slot == race_contestants) {
        race_slot = 0;
        race_round++;
    }
    the_contestant = race_round % 2 == 0 ? race_slot : race_contestants - 1 - race_slot;
    if (race_round <= race_rounds)
        return true;
    for (int i = 0; i < race_contestants; i++) {
        add_to_row("         race: %-20s %12ld ns, %ld+%ld faults (median of %d rounds)", race[i].name,
                   median(race[i].nanoseconds), median(race[i].minor), median(race[i].major), race_rounds);
        finish_row();
    }
    return false;
}

static void the_lap_begins(const char *name)
{
    race[the_contestant].name = name;
    in_lap = true;
    start_thread();
    getrusage(RUSAGE_THREAD, &before);
    clock_gettime(CLOCK_MONOTONIC, &lap_begun);
}

static bool the_lap_goes_on(void)
{
    if (in_lap) {
        in_lap = false;
        return true;
    }
    clock_gettime(CLOCK_MONOTONIC, &lap_ended);
    getrusage(RUSAGE_THREAD, &after);
    stop_thread();
    race[the_contestant].nanoseconds[race_round] =
        (lap_ended.tv_sec - lap_begun.tv_sec) * 1000000000L + lap_ended.tv_nsec - lap_begun.tv_nsec;
    race[the_contestant].minor[race_round] = after.ru_minflt - before.ru_minflt;
    race[the_contestant].major[race_round] = after.ru_majflt - before.ru_majflt;
    return false;
}

// ---- Signals that would have killed ----

static char signal_stack[64 * 1024];

static const char *signal_name(int number)
{
    return number == SIGSEGV ? "SIGSEGV" : number == SIGBUS ? "SIGBUS" : number == SIGILL ? "SIGILL"
         : number == SIGFPE ? "SIGFPE" : "SIGTRAP";
}

static const char *code_name(int number, int code)
{
    static const struct {
        int number, code;
        const char *name;
    } codes[] = {
        {SIGSEGV, SEGV_MAPERR, "SEGV_MAPERR"}, {SIGSEGV, SEGV_ACCERR, "SEGV_ACCERR"},
        {SIGBUS, BUS_ADRALN, "BUS_ADRALN"},    {SIGBUS, BUS_ADRERR, "BUS_ADRERR"},
        {SIGILL, ILL_ILLOPC, "ILL_ILLOPC"},    {SIGILL, ILL_ILLOPN, "ILL_ILLOPN"},
        {SIGFPE, FPE_INTDIV, "FPE_INTDIV"},    {SIGTRAP, TRAP_BRKPT, "TRAP_BRKPT"},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].number == number && codes[i].code == code)
            return codes[i].name;
    return "of its own kind";
}

// Jumps to the end of the statement. All variables live in memory, as nothing here is optimised: they keep their
// values. A second signal before that end is reached means that the process has destroyed itself.
static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (row_killed || !the_recovery_is_set) {
        sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        return;
    }
    row_killed = true;
    if (in_statement)
        the_signal = number;
    snprintf(killed_by, sizeof killed_by, "%s (%s) at %p", signal_name(number), code_name(number, info->si_code),
             info->si_addr);
    siglongjmp(the_recovery, 1);
}

static void catch_signals(void)
{
    stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

// ---- The program's own memory: touched beforehand, so that nothing of it is left to fault ----

static char maps[64 * 1024];
static struct {
    unsigned long start, end;
    bool writable;
} own[128];
static int own_count;

// The stack grows by faults: let it do so now, deeper than any statement will need.
static void touch_stack(void)
{
    volatile char deep[512 * 1024];
    for (size_t at = 0; at < sizeof deep; at += 512)
        deep[at] = 0;
}

// What is mapped before the first statement is the program's own. Left out are the heap, which is the lesson's, and
// the kernel's pages ([vdso], [vvar], [vsyscall]), which no statement needs.
static void find_own(void)
{
    int fd = open("/proc/self/maps", O_RDONLY);
    size_t length = 0;
    ssize_t got;
    while ((got = read(fd, maps + length, sizeof maps - 1 - length)) > 0)
        length += got;
    close(fd);
    for (char *line = strtok(maps, "\n"); line && own_count < 128; line = strtok(NULL, "\n")) {
        char *at;
        unsigned long start = strtoul(line, &at, 16);
        unsigned long end = strtoul(at + 1, &at, 16);
        if (at[1] != 'r' || strstr(at, "[heap]") || strstr(at, "[v"))
            continue;
        own[own_count].start = start;
        own[own_count].end = end;
        own[own_count++].writable = at[2] == 'w';
    }
}

// Reads what can be read and writes what can be written.
static void touch_own(void)
{
    for (int i = 0; i < own_count; i++)
        for (unsigned long at = own[i].start; at < own[i].end; at += the_page_size) {
            volatile char *byte = (volatile char *)at;
            char value = *byte;
            if (own[i].writable)
                *byte = value;
        }
}

// ---- Calls of the lesson that need help ----

static uintptr_t next_hint = 0x1000000000;

static void *the_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    const uintptr_t boundary = 2UL << 20;
    if (!the_mappings_stay_apart || address != NULL || flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
        return mmap(address, length, protection, flags, fd, offset);
    void *mapped = mmap((void *)next_hint, length, protection, flags, fd, offset);
    if (mapped == (void *)next_hint)
        next_hint = ((next_hint + length) / boundary + 1) * boundary;
    return mapped;
}

// Keeps the name, so that it is gone when all is over.
static int the_shm_open(const char *name, int flags, mode_t mode)
{
    for (int i = 0; i < 16 && flags & O_CREAT && strlen(name) < 64; i++)
        if (notes->shared_names[i][0] == 0 || strcmp(notes->shared_names[i], name) == 0) {
            strcpy(notes->shared_names[i], name);
            break;
        }
    return shm_open(name, flags, mode);
}

static bool has_turn;
static int made_by_this_row[PROCESSES], made_count;

// Forks. After it every page of the program itself is write-protected in both processes, and those of its files are not
// even there in the child: all are touched again before anything more is counted.
static pid_t the_fork(void)
{
    int number = __atomic_add_fetch(&notes->children, 1, __ATOMIC_SEQ_CST);
    fflush(stdout);
    if (number > CHILDREN) {
        errno = EAGAIN;
        return -1;
    }
    count();
    pid_t pid = fork();
    if (pid == 0) {
        the_process = CHILD(number);
        thread_shall_run = thread_lives = 0; // A fork copies one thread only.
        the_thread_is_wanted = false;
        minor_faults = major_faults = spent_minor = spent_major = 0;
        made_count = 0;
        has_turn = false;
    } else if (pid > 0) {
        notes->pids[CHILD(number)] = pid;
        made_by_this_row[made_count++] = CHILD(number);
    }
    touch_own();
    the_count_begins();
    return pid;
}

static bool is_alive(pid_t pid)
{
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = 0;
    char *state = strrchr(text, ')');
    return state && state[2] != 'Z' && state[2] != 'X';
}

static void sleep_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
}

// Waits until the children made by this statement have come to its end as well, and prints their rows after its own.
static void await_children(void)
{
    for (int i = 0; i < made_count; i++) {
        int child = made_by_this_row[i];
        while (!notes->parked[child] && is_alive(notes->pids[child]))
            sleep_a_little();
        say(notes->held[child], strlen(notes->held[child]));
    }
    made_count = 0;
}

// The end of a new child's first statement: from here on its rows are its own to print.
static void park(void)
{
    finish_row();
    if (the_process != MAIN && the_process <= CHILDREN)
        notes->parked[the_process] = true;
}

// The last row of a process that ends itself.
static void last_row(const char *how)
{
    count();
    count_in_all();
    write_row();
    add_to_row("%s", how);
    park();
    notes->ending[the_process] = true;
    if (has_turn && write(handed_back[1], "", 1) != 1)
        _exit(1);
}

static void the_exit(int status)
{
    last_row("");
    _exit(status);
}

static int the_kill(pid_t pid, int number)
{
    bool harmless = number == 0 || number == SIGCHLD || number == SIGURG || number == SIGWINCH || number == SIGCONT;
    if (pid == getpid() && !harmless) {
        sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        last_row(number == SIGKILL ? "   SIGKILL" : "   killed");
    }
    return kill(pid, number);
}

// In memory of our own, where perror(3) would ask malloc for some; it stands with the other output, below the row.
static void the_perror(const char *text)
{
    int error = errno;
    printf("%s%s%s\n", text ? text : "", text && *text ? ": " : "", strerror(error));
    errno = error;
}

// ---- Turns ----

static void the_turn(void)
{
    char go;
    park();
    if (has_turn && write(handed_back[1], "", 1) != 1)
        _exit(1);
    has_turn = false;
    if (read(turns[the_process][0], &go, 1) != 1)
        _exit(0); // The stage manager is gone.
    has_turn = true;
    static int step_before;
    if (notes->step != step_before)
        minor_faults = major_faults = 0;
    step_before = notes->step;
}

static void the_rest(void)
{
    for (;;)
        the_turn();
}

static char directory[PATH_MAX];
#define TMPFS_MAGIC 0x01021994 // linux/magic.h
static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    stopped = number;
}

static void give_up(const char *what)
{
    perror(what);
    exit(2);
}

static int high(int fd)
{
    int number = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_DESCRIPTOR);
    if (number < 0)
        give_up("no descriptors");
    close(fd);
    return number;
}

static void make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        give_up("pipe");
    ends[0] = high(ends[0]);
    ends[1] = high(ends[1]);
}

// A fresh directory, pipes, notes.
static void open_stage(void)
{
    const char *place = getenv("TMPDIR");
    the_page_size = sysconf(_SC_PAGESIZE);
    for (int fd = 3; fd < FIRST_OWN_DESCRIPTOR; fd++)
        close(fd);
    screen = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, FIRST_OWN_DESCRIPTOR);
    setvbuf(stdout, output, _IOFBF, sizeof output);
    snprintf(directory, sizeof directory, "%s/mmap-tutor-XXXXXX", place && *place ? place : "/var/tmp");
    if (mkdtemp(directory) == NULL || chdir(directory) != 0)
        give_up(directory);
    struct statfs place_is;
    if (statfs(".", &place_is) == 0 && place_is.f_type == TMPFS_MAGIC)
        printf("The files of this run are on tmpfs: there is no disk behind them, and no write-back. Set TMPDIR to a "
               "directory on a disk.\n");
    notes = mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (notes == MAP_FAILED)
        give_up("mmap");
    make_pipe(handed_back);
    for (int who = 0; who < PROCESSES; who++)
        make_pipe(turns[who]);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); // Children may outlive the process that made them.
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &(struct sigaction){.sa_handler = on_stop}, NULL);
}

// A file of so many pages, each full of a letter of its own, written page by page and synced.
static void make_file(const char *name, long pages)
{
    static char letters[64 * 1024];
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    for (long page = 0; page < pages; page++) {
        memset(letters, 'a' + page % 26, the_page_size);
        if (pwrite(fd, letters, the_page_size, page * the_page_size) != the_page_size)
            give_up(name);
    }
    if (fsync(fd) != 0)
        give_up(name);
    close(fd);
}

// Starts a process that shares nothing with the others.
static void start(int who)
{
    pid_t manager = getpid();
    pid_t pid = fork();
    if (pid < 0)
        give_up("fork");
    if (pid > 0) {
        notes->pids[who] = pid;
        return;
    }
    the_process = who;
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != manager)
        _exit(1);
    for (int other = 0; other < PROCESSES; other++)
        close(turns[other][1]);
    close(handed_back[0]);
    HUGE_PAGES(false);
    catch_signals();
    touch_stack();
    find_own();
    touch_own();
    // The calls of the measurement itself, once for nothing.
    the_row_begins("");
    the_count_begins();
    count();
    write_row();
    row_length = 0;
    the_part[who]();
    the_rest();
}

static void step(const char *title)
{
    notes->step++;
    printf("\n%s\n", title);
    fflush(stdout);
}

// A process has destroyed itself, and nobody has counted its faults.
static void tell_death(int who)
{
    const char *statement = notes->running[who];
    printf("%-8s     ?+?    %s   killed\n", name_of(who), statement ? statement : "");
    fflush(stdout);
    notes->ending[who] = true;
}

// Gives a process its turn and waits until it hands back, or is no more.
static void turn(int who)
{
    char back;
    struct pollfd answer = {.fd = handed_back[0], .events = POLLIN};
    if (notes->pids[who] == 0 && the_part[who] != NULL)
        start(who);
    if (stopped || notes->ending[who] || notes->pids[who] == 0 || !is_alive(notes->pids[who]))
        return;
    if (write(turns[who][1], "", 1) != 1)
        give_up("pipe");
    while (!stopped) {
        if (poll(&answer, 1, 100) == 1 && read(handed_back[0], &back, 1) == 1)
            break;
        if (!is_alive(notes->pids[who])) {
            tell_death(who);
            return;
        }
    }
    while (!stopped && notes->ending[who] && is_alive(notes->pids[who]))
        sleep_a_little();
}

// Ends what the lesson has not ended, forgets its processes, and tells what they cost.
static void end_processes(void)
{
    for (int who = 0; who < PROCESSES; who++)
        if (notes->pids[who] != 0)
            kill(notes->pids[who], SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    printf("\nin all, minor+major faults:\n");
    for (int who = 0; who < PROCESSES; who++)
        if (notes->pids[who] != 0)
            printf("%-8s %5ld+%ld\n", name_of(who), notes->minor[who], notes->major[who]);
    fflush(stdout);
    for (int i = 0; i < 16 && notes->shared_names[i][0] != 0; i++)
        shm_unlink(notes->shared_names[i]);
    int rules_broken = notes->rules_broken, step = notes->step;
    memset(notes, 0, sizeof *notes);
    notes->rules_broken = rules_broken;
    notes->step = step;
}

// Removes the files. In a process of its own: opendir needs a heap, and the lesson's processes shall start without one.
static void empty_directory(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        DIR *entries = opendir(".");
        for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;)
            unlink(entry->d_name);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void start_afresh(void)
{
    end_processes();
    empty_directory();
    memset(the_part, 0, sizeof the_part);
}

// Leaves nothing behind. The exit status is 1 when a rule of the lesson did not hold.
static int close_stage(void)
{
    int broken = notes->rules_broken;
    end_processes();
    empty_directory();
    if (chdir("/") != 0 || rmdir(directory) != 0)
        give_up(directory);
    if (stopped)
        return 128 + stopped;
    if (broken > 0)
        printf("%d rule%s did not hold\n", broken, broken == 1 ? "" : "s");
    return broken > 0;
}
