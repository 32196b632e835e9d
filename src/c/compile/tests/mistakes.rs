//! What is said about code that is not in the subset, where, and with which help.

use super::Bench;

/// Code, a part of the message or of the help, and the column (of the first line) it is about.
const MISTAKES: &[(&str, &str, usize)] = &[
    // names
    (
        "mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMU, -1, 0);",
        "did you mean `MAP_ANONYMOUS`?",
        43,
    ),
    ("x = 1;", "`x` was not declared", 1),
    ("int length = 1; lenght;", "did you mean `length`?", 17),
    ("mmpa(1);", "did you mean `mmap`?", 1),
    ("exit(0);", "use `_exit(status)`", 1),
    ("frobnicate();", "there is no function `frobnicate`", 1),
    ("mmap;", "can only be called", 1),
    ("int x = 1; x();", "not a function", 12),
    ("rss(errno);", "only in `predict` and `expect`", 1),
    ("minor_faults;", "only in `predict` and `expect`", 1),
    ("child.minor_faults;", "looks into another process", 1),
    ("ABSENT;", "is a page state", 1),
    ("int p = 1; int p = 2;", "assign to it, `p = 2;`", 16),
    ("{ int a; int a; }", "choose another name", 14),
    ("int PAGE = 1;", "is the name of a constant", 5),
    ("int read = 1;", "is the name of a function", 5),
    ("int for = 1;", "is a keyword", 5),
    // types
    ("char *p = 5;", "an address is wanted here", 11),
    ("int x = 0; char *p = x;", "an address is wanted here", 22),
    ("char *p = 0; int x = p;", "a number is wanted here", 22),
    (
        "char *p = 0; int *q = p;",
        "they point to different types",
        23,
    ),
    (
        "const char *s = \"x\"; char *p = s;",
        "could then be written to",
        32,
    ),
    (
        "volatile char *v = 0; memset(v, 0, 1);",
        "`volatile` would be lost",
        30,
    ),
    ("const int c = 1; c = 2;", "`c` is `const`", 18),
    ("const char *s = \"x\"; s[0] = 'y';", "is `const`", 22),
    ("void *p = 0; *p;", "it does not say what is there", 14),
    ("void *p = 0; p[3] = 1;", "cast it", 14),
    ("int x = 1; *x;", "not a pointer", 12),
    ("int x = 1; x[0];", "not a pointer", 12),
    ("5 = 6;", "is a value", 1),
    ("int a[3]; a = 0;", "it cannot be assigned as a whole", 11),
    ("&5;", "has no address", 1),
    ("struct stat st; st.st_siz;", "did you mean `st_size`?", 20),
    (
        "struct stat st; struct stat *s = &st; s.st_size;",
        "written `->`",
        39,
    ),
    ("int x = 1; x.y;", "has no fields", 12),
    (
        "unsigned char c = 300;",
        "300 does not fit in `unsigned char`",
        19,
    ),
    ("4 * 1024 * 1024 * 1024;", "does not fit in `int`", 1),
    ("1 << 32;", "has 32 bits", 6),
    ("int x = 1; x / 0;", "divides by zero", 16),
    ("int x = 1; (char *) x;", "different sizes", 12),
    ("char *p = 0; (int) p;", "different sizes", 14),
    ("char *p = 0; p * 2;", "cannot be done with", 14),
    ("char *p = 0; p == 5;", "cannot stand together", 14),
    ("int n = 3; int a[n];", "must be known beforehand", 18),
    ("int a[0];", "at least one element", 7),
    ("char a[300 * 1024];", "there is no room", 6),
    ("char a[2] = \"abc\";", "takes 4 bytes", 13),
    ("int a[2] = {1, 2, 3};", "3 values for an array of 2", 12),
    ("int a[];", "has no length", 1),
    ("void x;", "cannot be `void`", 6),
    ("int x = free(NULL);", "gives no value", 9),
    // calls
    ("munmap(NULL);", "`munmap` takes 2 arguments, not 1", 1),
    ("munmap(NULL);", "int munmap(void *addr, size_t length)", 1),
    ("open(\"a\");", "takes 2 or 3 arguments", 1),
    ("close(NULL);", "argument 1 of `close`", 7),
    ("write(1, \"a\", NULL);", "argument 3 of `write`", 15),
    ("printf(5);", "must be a string literal", 8),
    ("printf(\"%d\");", "1 conversions, but 0 values", 1),
    ("size_t n = 1; printf(\"%d\", n);", "use `%zu`", 28),
    ("printf(\"%s\", 5);", "prints a string, not `int`", 14),
    ("printf(\"%f\", 5);", "no floating-point", 8),
    ("printf(\"%999d\", 5);", "at most 255", 8),
    // what is not in the subset
    ("#include <stdio.h>\nint x;", "leave it out", 1),
    ("#define N 3", "declare a variable instead", 1),
    ("struct point { int x; };", "the only structure here", 1),
    ("struct stat { int x; };", "the only structure here", 1),
    ("switch (1) { }", "if … else if", 1),
    ("goto end;", "`goto` are not part", 1),
    ("end: ;", "`goto` are not part", 1),
    ("return 0;", "_exit(0)", 1),
    ("float f;", "use integers", 1),
    ("int x = 1.5;", "no floating-point", 9),
    ("typedef int t;", "write the type itself", 1),
    ("static int x;", "leave the word out", 1),
    ("int main(void) { }", "cannot be defined here", 5),
    ("int f(int);", "cannot be declared here", 5),
    ("int a[2] = {[0] = 1};", "designators", 13),
    ("(int[]){1};", "compound literals", 8),
    // grammar
    ("int x = 1", "expected `;`", 10),
    ("int x = 1\nx = 2;", "expected `;`", 10),
    ("x = (1 + 2;", "expected `)`, found `;`", 11),
    ("{ ;", "never closed", 1),
    ("}", "closes nothing", 1),
    ("else ;", "no `if` before", 1),
    ("int x = 0; if (x = 1) ;", "write `==`", 16),
    ("int x = 0; while (x = 1) ;", "write `==`", 19),
    ("WEXITSTATUS(NULL);", "a number is wanted", 13),
    ("if (1) int x;", "cannot stand here alone", 8),
    ("break;", "no loop around this `break`", 1),
    ("{ if (1) continue; }", "no loop around this `continue`", 10),
    ("int;", "declares no name", 1),
    ("char s[] = \"abc;", "does not end on its line", 12),
    ("/* open", "this comment has no end", 1),
    ("int x = 1 @ 2;", "does not belong in C", 11),
    ("'ab';", "more than one byte", 1),
    ("\"\\q\";", "escape is not known", 2),
    ("char int x;", "make no type", 1),
    ("char char x;", "make no type", 6),
    ("size_t size_t x;", "make no type", 8),
    ("1 + ;", "expected an expression, found `;`", 5),
    ("if (1)", "found the end of the code", 7),
];

#[test]
fn mistakes_are_told_where_they_are() {
    for (source, part, column) in MISTAKES {
        let Some(mistake) = Bench::new().mistake(source) else {
            panic!("nothing was found wrong with {source}");
        };
        let shown = mistake.render("t.c", source, false);
        let said = format!(
            "{} {}",
            mistake.message,
            mistake.help.as_deref().unwrap_or("")
        );
        assert!(said.contains(part), "expected `{part}` in\n{shown}");
        assert_eq!(mistake.place(source), (1, *column), "{shown}");
        assert!(!mistake.message.ends_with('.'), "{shown}");
    }
}

#[test]
fn expectations_have_mistakes_of_their_own() {
    let table = [
        ("errno = 3", "write `==`"),
        ("errno == 3;", "leave out the `;`"),
        ("errno 3", "expected the end of the expression"),
        ("", "expected an expression"),
        ("rss == 3", "write `rss(p), rss(p, length)`"),
        ("PRIVTE == 2", "did you mean `PRIVATE`?"),
        ("p == 2", "declare it first"),
        ("errno++ == 0", "`errno++` changes something"),
        ("--errno == 0", "`--errno` changes something"),
        ("(errno = 3) == 3", "`(errno = 3)` changes something"),
        ("1 + (errno += 1) == 0", "`(errno += 1)` changes something"),
        ("fork() > 0", "`fork()` changes something"),
        ("munmap(NULL, 4 * PAGE) == 0", "in a fence ```c before"),
        ("sbrk(PAGE) == NULL", "`sbrk(PAGE)` changes something"),
        ("puts(\"a\") > 0", "changes something"),
        ("printf(\"a\") > 0", "changes something"),
        ("rss() == 1", "takes 1 or 2 arguments, not 0"),
        ("1 + child.state(errno, 2)", "takes 1 argument, not 2"),
        ("minor_faults() == 1", "write `minor_faults`"),
    ];
    for (source, part) in table {
        let mistake = Bench::new().expect(source).unwrap_err();
        let said = format!("{} {}", mistake.message, mistake.help.unwrap_or_default());
        assert!(said.contains(part), "{source}: {said}");
    }
    assert_eq!(Bench::new().expect("PRIVATE == 2 && ABSENT == 0"), Ok(1));
}

#[test]
fn nothing_nested_exhausts_the_stack() {
    let many = 100_000;
    let table = [
        format!("{}1{};", "(".repeat(many), ")".repeat(many)),
        "{".repeat(many),
        format!("{}1;", "-".repeat(many)),
        format!("{}1;", "- ".repeat(many)),
        format!("{}1;", "!".repeat(many)),
        format!("{}p;", "*".repeat(many)),
        format!("1{};", "+1".repeat(many)),
        format!("1{};", ",1".repeat(many)),
        format!("p{};", "[0]".repeat(many)),
        format!("p{};", ".a".repeat(many)),
        format!("{}1;", "1?".repeat(many)),
        format!("1{};", "?1:1".repeat(many)),
        format!("{}1;", "a=".repeat(many)),
        format!("{}1;", "(int)".repeat(many)),
        format!("{}1;", "sizeof ".repeat(many)),
        format!("int {}p;", "*".repeat(many)),
        format!("int {}p;", "(".repeat(many)),
        format!("int p{};", "[2]".repeat(many)),
        format!("int a[] = {}", "{".repeat(many)),
        format!("int (*f)({}", "int (*)(".repeat(many)),
        "if (1) ".repeat(many),
        "if (1) ; else ".repeat(many),
        "for (;;) ".repeat(many),
        "do ".repeat(many),
        "f(".repeat(many),
        "a[".repeat(many),
    ];
    for source in table {
        let mistake = Bench::new().mistake(&source).unwrap();
        let deep = mistake.message.contains("nested more than");
        assert!(deep, "{} in {}", mistake.message, &source[..20]);
    }
}

#[test]
fn the_limit_of_nesting_is_what_the_mistake_says() {
    // The statement and its expression are the first two levels.
    let nested = |levels: usize| format!("{}1{};", "(".repeat(levels - 2), ")".repeat(levels - 2));
    assert_eq!(Bench::new().mistake(&nested(100)), None);
    let mistake = Bench::new().mistake(&nested(101)).unwrap();
    assert_eq!(mistake.message, "this is nested more than 100 levels deep");
}

#[test]
fn nesting_that_people_write_is_fine() {
    let deep = format!("{}1{};", "(".repeat(40), ")".repeat(40));
    let sum = format!("0{};", " + 1".repeat(80));
    let blocks = format!("{};{}", "{".repeat(40), "}".repeat(40));
    let chain = format!("{};", "if (0) ; else ".repeat(40));
    for source in [deep, sum, blocks, chain] {
        assert_eq!(Bench::new().mistake(&source), None, "{source}");
    }
    let long = format!("{{ {} }}", "errno = errno + 1; ".repeat(2000));
    let mistake = Bench::new().mistake(&long).unwrap();
    assert!(mistake.message.contains("too long"), "{}", mistake.message);
}
