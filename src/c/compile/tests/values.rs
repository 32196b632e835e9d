//! C source and the value that C gives it.

use super::Bench;

/// Expressions that need no variables.
const EXPRESSIONS: &[(&str, i64)] = &[
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("-7 / 2", -3),
    ("-7 % 3", -1),
    ("7 & 3 | 8 ^ 1", 11),
    ("1 << 4 >> 2", 4),
    ("~0", -1),
    ("!5 + !0", 1),
    ("-1 < 0", 1),
    ("-1 < 0u", 0),
    ("-1 > 1ul", 1),
    ("(unsigned char) 300", 44),
    ("(signed char) 200", -56),
    ("(short) 0x18000", -32768),
    ("(unsigned) -1", 0xffff_ffff),
    ("(unsigned) -1 >> 28", 15),
    ("-16 >> 2", -4),
    ("(long) (int) 0xffffffff", -1),
    ("0u - 1", 0xffff_ffff),
    ("0ul - 1 == SIZE_MAX", 1),
    ("(bool) 256", 1),
    ("1 ? 2 : 3", 2),
    ("0 ? 2 : 1 ? 4 : 5", 4),
    ("(1, 2)", 2),
    ("'A' + '\\n' + '\\x41' + '\\101'", 205),
    ("'\\xff' == -1 || '\\xff' == 255", 1),
    ("sizeof(int) + sizeof(char *)", 12),
    ("sizeof \"abc\"", 4),
    ("sizeof(int[3][4])", 48),
    ("sizeof(struct stat) > 100", 1),
    ("sizeof 'A'", 4),
    ("sizeof(char) + sizeof(short)", 3),
    ("4 * PAGE", 2048),
    ("PROT_READ | PROT_WRITE", 3),
    ("MAP_FAILED == (void *) -1", 1),
    ("NULL == 0", 1),
    ("INT_MAX", 2_147_483_647),
    ("\"abc\"[1]", 98),
    ("*\"xyz\" == 'x'", 1),
    ("1 && 2", 1),
    ("0 || 0", 0),
    ("3 == 3 != 0", 1),
    ("010 + 0x10 + 0b10", 26),
    ("1ull << 63 >> 63", 1),
    ("getpid()", 42),
];

#[test]
fn expressions_have_the_value_that_c_gives_them() {
    for (source, expected) in EXPRESSIONS {
        let value = Bench::new().expect(source);
        assert_eq!(value, Ok(*expected), "{source}");
    }
}

/// Statements and the value of the last one.
const STATEMENTS: &[(&str, i64)] = &[
    ("int a = 5; a;", 5),
    ("int a, b = 2; a = b + 1; a;", 3),
    ("char c = 127; c++; (unsigned char) c;", 128),
    ("unsigned char c = 255; c++; c;", 0),
    ("unsigned char c = 255; c++;", 255),
    ("unsigned char c = 0; --c;", 255),
    ("unsigned char c = 0; c--;", 0),
    ("signed char c = 127; ++c;", -128),
    ("unsigned char c = 200; c + 100;", 300),
    ("int i = 7; i--; i;", 6),
    ("int i = 7; i++ + ++i;", 16),
    ("int i = -1; unsigned u = 1; i < u;", 0),
    (
        "int i = -1; long l = i; unsigned long u = i; l == -1 && u == ULONG_MAX;",
        1,
    ),
    ("int i = -1; unsigned u = i; long l = u; l;", 0xffff_ffff),
    ("unsigned u = 3; int i = -5; (long) (i / u) > 0;", 1),
    ("int i = 0x40000000; i += i; i;", -2_147_483_648),
    ("short s = -1; unsigned short u = s; u;", 65535),
    (
        "int x = 10; x -= 3; x *= 4; x /= 5; x %= 4; x <<= 3; x |= 5; x ^= 1; x &= 0xc; x >>= 1; x;",
        6,
    ),
    ("unsigned char c = 0x80; c <<= 1; c;", 0),
    ("unsigned char c = 0xf0; c >>= 4; c;", 15),
    ("bool b = 5; b;", 1),
    ("bool b = 0; b |= 4; b;", 1),
    ("int x = 0; 0 && (x = 1); 1 || (x = 2); x;", 0),
    ("int x = 0; 1 && (x = 1); 0 || (x += 2); x;", 3),
    ("int x = 1; x = x ? x + 1 : 0;", 2),
    ("int s = 0; for (int i = 0; i < 10; i++) s += i; s;", 45),
    (
        "int s = 0; for (int i = 0; ; i++) { if (i == 3) continue; if (i > 5) break; s += i; } s;",
        12,
    ),
    (
        "int n = 0; for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) { if (j > i) break; n++; } n;",
        10,
    ),
    ("int n = 0; while (n < 7) n += 2; n;", 8),
    ("int n = 0; do n++; while (0); n;", 1),
    (
        "int n = 0; do { if (n == 2) continue; } while (n++ < 4); n;",
        5,
    ),
    ("int x = 3; if (x > 2) x = 1; else x = 0; x;", 1),
    (
        "int x = 0; if (x) x = 5; else if (x == 0) x = 6; else x = 7; x;",
        6,
    ),
    ("int x = 1; { int x = 2; x++; } x;", 1),
    ("int x; { int y = 4; x = y; } { int z = 5; x += z; } x;", 9),
    ("int x = 1; for (int x = 5; x < 6; x++) ; x;", 1),
    (
        "int i, j; for (i = 0, j = 10; i < j; i++, j--) ; i * 100 + j;",
        505,
    ),
    ("char b[] = \"abc\"; b[0] + b[3];", 97),
    ("char b[8] = \"abc\"; b[7];", 0),
    ("char b[] = \"ab\" \"cd\"; sizeof b;", 5),
    ("int a[4] = {1, 2, 3}; a[0] + a[2] * 10 + a[3];", 31),
    ("int a[] = {1, 2, 3}; sizeof a / sizeof a[0];", 3),
    ("long a[3] = {0}; a[0] | a[1] | a[2];", 0),
    ("int x = 7; int a[2] = {x, x + 1}; a[1];", 8),
    (
        "int a[2][3] = {{1, 2, 3}, {4, 5, 6}}; a[1][2] * 10 + a[0][1];",
        62,
    ),
    (
        "unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3}; code[0] + code[5];",
        379,
    ),
    ("int a[4] = {1, 2, 3, 4}; int *p = a; *(p + 2);", 3),
    ("int a[4] = {1, 2, 3, 4}; int *p = &a[3]; p - a;", 3),
    ("int a[4] = {1, 2, 3, 4}; int *p = a; *p++; *p;", 2),
    ("int a[4] = {1, 2, 3, 4}; int *p = a; *++p;", 2),
    ("int a[4] = {1, 2, 3, 4}; int *p = a; (*p)++; a[0];", 2),
    ("int a[4] = {1, 2, 3, 4}; int *p = a + 4; p -= 2; *p;", 3),
    (
        "int a[4] = {1, 2, 3, 4}; int i = 0; a[i++] = 9; i * 10 + a[0];",
        19,
    ),
    ("int a[4] = {1, 2, 3, 4}; 2[a];", 3),
    ("int a[4] = {0}; a[1] += 5; a[1]++; a[1];", 6),
    ("char *p = malloc(64); p[3] = 'x'; p[3];", 120),
    ("char *p = malloc(64); p[0] = 200; p[0] == (char) 200;", 1),
    (
        "unsigned char *p = malloc(64); p[1] = 255; p[1] += 2; p[1];",
        1,
    ),
    ("char *p = malloc(64); *p = 'a'; (*p)++; *p;", 98),
    ("char *p = malloc(64); p[0]++; p[0]++;", 1),
    ("long *p = malloc(64); p[1] = -1; ((char *) p)[15];", -1),
    (
        "long *p = malloc(64); p[1] = 0x1122; *((unsigned char *) p + 8);",
        0x22,
    ),
    (
        "short *p = malloc(64); p[2] = 7; *(short *) ((char *) p + 4);",
        7,
    ),
    ("void *p = malloc(64); (char *) (p + 3) - (char *) p;", 3),
    (
        "char *p = malloc(64); char *q = p + 10; q - p + (q > p) + (p != q);",
        12,
    ),
    (
        "char *p = malloc(8); uintptr_t a = (uintptr_t) p; a % 8 == 0 && (char *) a == p;",
        1,
    ),
    ("char *p = NULL; !p;", 1),
    ("char *p = malloc(9); p ? 1 : 2;", 1),
    ("char *p = malloc(9); p && 1;", 1),
    ("struct stat st; st.st_size = 4096; st.st_size + 1;", 4097),
    ("struct stat st = {0}; (&st)->st_size = 7; st.st_size;", 7),
    (
        "struct stat st; struct stat *s = &st; s->st_mode = 0644; s->st_mode;",
        420,
    ),
    ("int x = 5; int *p = &x; *p = 6; x;", 6),
    ("int x = 5; int *p = &x; int **q = &p; **q += 1; x;", 6),
    ("const char *s = \"hi\"; s[1];", 105),
    ("volatile int v = 3; v += 1; v;", 4),
    ("errno = 5; errno;", 5),
    (
        "int (*f)(void) = (int (*)(void)) malloc(1); f() == (int) (uintptr_t) f;",
        1,
    ),
    (
        "int (*f)(int, int) = (int (*)(int, int)) malloc(1); f(2, 3) == (int) (uintptr_t) f + 5;",
        1,
    ),
    ("((int (*)(void)) malloc(1))() != 0;", 1),
    ("printf(\"%d\\n\", 5);", 2),
    ("size_t n = 3; n * PAGE;", 1536),
    ("char buf[2 * PAGE]; sizeof buf;", 1024),
    ("uint16_t x = 0xffff; x + 1;", 65536),
    ("uint32_t x = 0xffffffff; x + 1;", 0),
    ("long long x = 1; x << 40;", 1 << 40),
    ("unsigned x = 1; x << 31 >> 31;", 1),
    ("int x = -8; x >> 1;", -4),
    ("int x = -8; (unsigned) x >> 31;", 1),
    ("int x = 1; x ? (x = 4, x + 1) : 0;", 5),
    ("int a = 1, b = 2, c; c = a = b; a * 10 + c;", 22),
    (
        "int s = 3 << 8; WIFEXITED(s) * 100 + WEXITSTATUS(s) * 10 + WIFSIGNALED(s);",
        130,
    ),
    (
        "int s = SIGKILL; WIFEXITED(s) * 100 + WTERMSIG(s) + 1000 * WIFSIGNALED(s);",
        1009,
    ),
    ("int s = 0x137f; WIFSIGNALED(s);", 0),
    ("int a = 0; if ((a = 3)) a++; a;", 4),
    ("int a = 1; while ((a += 1) < 5) ; a;", 5),
    (";", -99),
];

#[test]
fn statements_do_what_c_says() {
    for (source, expected) in STATEMENTS {
        let given = Bench::new().run(source);
        let given = given.unwrap_or_else(|d| panic!("{}", d.render("t.c", source, false)));
        assert_eq!(given.word.unwrap_or(-99), *expected, "{source}");
    }
}

#[test]
fn printf_prints_what_it_should() {
    let table = [
        ("printf(\"hello\\n\");", "hello\n", 6),
        (
            "printf(\"%d %u %x %c %s%%\\n\", -1, 2, 255, 'A', \"text\");",
            "-1 2 ff A text%\n",
            16,
        ),
        (
            "long l = -5; printf(\"[%5ld|%-5ld|%05ld]\", l, l, l);",
            "[   -5|-5   |-0005]",
            19,
        ),
        ("size_t n = 3; printf(\"%zu %lu\", n, n);", "3 3", 3),
        (
            "unsigned char c = 200; printf(\"%d %hhd\", c, c);",
            "200 -56",
            7,
        ),
        ("char *p = NULL; printf(\"%p\", (void *) p);", "(nil)", 5),
        (
            "printf(\"%.3s|%6s|\", \"abcdef\", \"xy\");",
            "abc|    xy|",
            11,
        ),
        ("puts(\"line\");", "line\n", 5),
        ("int x = 1; printf(\"%d%d\", x++, x);", "12", 2),
        (
            "printf(\"%#x %08x %+d\", 255, 255, 7);",
            "0xff 000000ff +7",
            16,
        ),
    ];
    for (source, output, count) in table {
        let mut bench = Bench::new();
        let given = bench
            .run(source)
            .unwrap_or_else(|d| panic!("{}", d.render("t.c", source, false)));
        assert_eq!(
            (bench.output().as_str(), given.word),
            (output, Some(count)),
            "{source}"
        );
    }
}

#[test]
fn only_accesses_through_pointers_are_measured() {
    let table = [
        ("int a = 1; a += 2;", 0),
        ("int a[4] = {1}; a[1] = a[0]; a[1]++;", 0),
        ("int a[2][2]; a[1][1] = 3;", 0),
        ("struct stat st; st.st_size = 1; st.st_size;", 0),
        ("char *p = malloc(8); p[0] = 1;", 1),
        ("char *p = malloc(8); p[0] = p[1];", 2),
        ("char *p = malloc(8); p[0]++;", 2),
        ("char *p = malloc(8); p[0]; p[0]; *p;", 3),
        ("char *p = malloc(8); p++;", 0),
        ("int a = 1; int *p = &a; *p = 2;", 1),
        ("struct stat st; (&st)->st_size = 1;", 1),
        ("char *p = malloc(8); sizeof *p; &p[3]; &*p;", 0),
        (
            "char *p = malloc(64); for (int i = 0; i < 64; i += 4) p[i] = 'x';",
            16,
        ),
        ("char *p = malloc(8); p[0] = 0; p[0] && p[1];", 2),
    ];
    for (source, measured) in table {
        let mut bench = Bench::new();
        bench.run(source).unwrap();
        assert_eq!(bench.world.measured, measured, "{source}");
    }
}

#[test]
fn a_failed_statement_leaves_the_scope_as_it_was() {
    let mut bench = Bench::new();
    bench.run("int a = 1;").unwrap();
    assert!(bench.mistake("int b = nothing;").is_some());
    assert!(bench.mistake("int c = 1, a = 2;").is_some());
    let names: Vec<&str> = bench.scope.variables().iter().map(|v| &*v.name).collect();
    assert_eq!(names, ["a"]);
    assert_eq!(bench.scope.literals_used(), 0);
    bench.run("int b = 2; int c = a + b;").unwrap();
    assert_eq!(bench.expect("c"), Ok(3));
}

#[test]
fn a_line_leaves_what_its_transcript_shows() {
    let table = [
        ("char *p = malloc(1);", "0x300000"),
        ("int a = 3, b = 4;", "4"),
        ("int a = 3, b;", "3"),
        ("struct stat st;", ""),
        ("char c = 'A';", "'A' (65)"),
        ("for (;;) break;", ""),
        ("free(NULL);", ""),
        ("void *p = MAP_FAILED;", "MAP_FAILED"),
        ("const char c[] = \"x\"; c[0];", "'x' (120)"),
        ("size_t n = -1;", "18446744073709551615"),
    ];
    for (source, shown) in table {
        let given = Bench::new().run(source).unwrap();
        assert_eq!(given.shown(), shown, "{source}");
    }
}

#[test]
fn the_article_compiles_as_it_stands() {
    let article = r#"
int fd = open("data.bin", O_RDONLY);
struct stat st;
fstat(fd, &st);

void *ptr = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
// now ptr[0..st.st_size-1] is the file contents
size_t size = 1 << 20, length = 4 * PAGE;
// what malloc does internally for large allocs
void *p = mmap(NULL, size,
    PROT_READ | PROT_WRITE,
    MAP_PRIVATE | MAP_ANONYMOUS,
    -1, 0);
msync(ptr, length, MS_SYNC);  // blocks until written
msync(ptr, length, MS_ASYNC); // schedules write, returns immediately
msync(ptr, length, MS_SYNC);
munmap(ptr, length);
close(fd);
"#;
    let mut bench = Bench::new();
    bench
        .run(article)
        .unwrap_or_else(|d| panic!("{}", d.render("article.md", article, false)));
    let names: Vec<&str> = bench.world.calls.iter().map(|call| call.0.name()).collect();
    let expected = [
        "open", "fstat", "mmap", "mmap", "msync", "msync", "msync", "munmap", "close",
    ];
    assert_eq!(names, expected);
    let (_, arguments) = bench.world.calls[3];
    assert_eq!(arguments, [0, 1 << 20, 3, 0x22, u64::MAX, 0]);
}

#[test]
fn endless_loops_can_be_interrupted_and_divisions_fail_at_run_time() {
    use crate::c::{compile, parse};
    use crate::lab::world::Stop;
    let table = [
        ("for (;;) ;", true),
        ("while (1) ;", true),
        ("do ; while (1);", true),
        ("errno = 0; 1 / errno;", false),
        ("errno = 0; 1 % errno;", false),
    ];
    for (source, endless) in table {
        let mut bench = Bench::new();
        let mut last = Ok(None);
        for statement in parse(source, 0..source.len()).unwrap() {
            let compiled = compile(source, &statement, &mut bench.scope).unwrap();
            last = bench.execute(&compiled);
        }
        match last {
            Err(Stop::Interrupted) => assert!(endless, "{source}"),
            Err(Stop::Signal(signal)) => assert_eq!((signal.number, endless), (8, false)),
            other => panic!("{other:?} in {source}"),
        }
    }
}

#[test]
fn statements_are_as_many_as_the_source_has() {
    let table = [
        ("int a, b = 2; a = 1;", 2),
        ("for (int i = 0; i < 3; i++) { int x = i; x++; } ;", 2),
        ("if (1) { } else { } /* c */ // d\n", 1),
        ("", 0),
        ("do { } while (0); { ; ; }", 2),
    ];
    for (source, count) in table {
        let statements = crate::c::parse(source, 0..source.len()).unwrap();
        assert_eq!(statements.len(), count, "{source}");
    }
    let source = "text ```c\nint x = 1; // one\nx = 2;\n```";
    let statements = crate::c::parse(source, 10..source.len() - 3).unwrap();
    let texts: Vec<&str> = statements.iter().map(|s| &source[s.span.clone()]).collect();
    assert_eq!(texts, ["int x = 1;", "x = 2;"]);
}
