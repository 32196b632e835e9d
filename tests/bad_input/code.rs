//! C that is outside the subset, too deep, too long, or no text at all.

use crate::{assert_refused, tutor_on};

#[test]
fn c_outside_the_subset_is_refused_where_it_stands() {
    let table: [(&str, &[&str]); 24] = [
        (
            "int a = 1;\nstruct point { int x; int y; };",
            &["a.c:2:1", "struct"],
        ),
        ("float f;", &["a.c:1:1", "float"]),
        ("int a = 1;\n  double d = 0;", &["a.c:2:3", "double"]),
        ("long n = 1.5;", &["a.c:1:10", "1.5"]),
        ("switch (1) { case 1: ; }", &["a.c:1:1", "switch"]),
        ("goto out;", &["a.c:1:1", "goto"]),
        ("#include <stdio.h>\nint a;", &["a.c:1:1", "#include"]),
        ("#define N 3", &["a.c:1:1", "#define"]),
        ("int main(void) { return 0; }", &["a.c:1:", "function"]),
        ("typedef int number;", &["a.c:1:1", "typedef"]),
        ("union { int a; } u;", &["a.c:1:1", "union"]),
        ("asm(\"nop\");", &["a.c:1:1", "asm"]),
        ("return 0;", &["a.c:1:1", "return"]),
        (
            "char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMUS, -1, 0);",
            &["a.c:1:53", "MAP_ANONYMUS", "did you mean `MAP_ANONYMOUS`?"],
        ),
        (
            "char *p = mmapp(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0);",
            &["a.c:1:11", "did you mean `mmap`?"],
        ),
        ("int fd = open(\"data.bin\");", &["a.c:1:", "open"]),
        ("munmap(1);", &["a.c:1:", "munmap"]),
        ("int a = 1;\na = b;", &["a.c:2:5", "`b`"]),
        ("int a = ;", &["a.c:1:9"]),
        ("int a = 1", &["a.c:1:"]),
        ("int a = 1;\nfor (int i = 0; i < 3; i++ {", &["a.c:2:28"]),
        ("char *s = \"no end;\nint b;", &["a.c:1:11"]),
        ("/* no end\nint b;", &["a.c:1:1"]),
        (
            "int a = 99999999999999999999999;",
            &["a.c:1:9", "99999999999999999999999"],
        ),
    ];
    for (code, says) in table {
        let ran = tutor_on("a.c", code.as_bytes(), &["run"]);
        assert_refused(&ran, says, code);
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(stderr.contains('^'), "{code}: no caret: {stderr}");
        let checked = tutor_on("a.c", code.as_bytes(), &["check"]);
        assert_refused(&checked, says, code);
    }
}

#[test]
fn what_is_nested_too_deep_is_refused_and_not_followed() {
    // 100,000 levels, or as many as a file may have.
    let deep = |open: &str, middle: &str, close: &str| {
        let many = (250_000 / (open.len() + close.len()).max(1)).min(100_000);
        format!(
            "long a = 1;\n{}{middle}{}",
            open.repeat(many),
            close.repeat(many)
        )
    };
    let table = [
        deep("(", "a", ")") + ";",
        deep("{", ";", "}"),
        format!("long b = {}1{};", "(".repeat(100_000), ")".repeat(100_000)),
        deep("-", " a", "") + ";",
        deep("!", "a", "") + ";",
        deep("*", "a", "") + ";",
        deep("&", "a", "") + ";",
        deep("(char)", "a", "") + ";",
        deep("sizeof ", "a", "") + ";",
        deep("a = ", "a", "") + ";",
        deep("a ? a : ", "a", "") + ";",
        deep("a[", "a", "]") + ";",
        deep("strlen(", "a", ")") + ";",
        deep("if (a) ", ";", ""),
        deep("if (a) ; else ", ";", ""),
        deep("while (a) ", ";", ""),
        deep("do ", ";", " while (a);"),
        deep("for (;;) ", ";", ""),
        deep("char ", "b", "") + ";",
        format!("int {}b;", "*".repeat(100_000)),
        "int b".to_owned() + &"[2]".repeat(80_000) + ";",
        "int b[2] = ".to_owned() + &"{".repeat(100_000) + "1" + &"}".repeat(100_000) + ";",
        "(".repeat(100_000),
        "{".repeat(100_000),
    ];
    for code in table {
        let ran = tutor_on("a.c", code.as_bytes(), &["run"]);
        let start: String = code.chars().take(60).collect();
        assert_refused(&ran, &["a.c:"], &start);
    }
}

#[test]
fn what_is_long_but_flat_is_played_or_refused() {
    let table = [
        "long a = 1".to_owned() + &" + 1".repeat(60_000) + ";",
        "long a = 1;\na".to_owned() + &" = a, a".repeat(30_000) + ";",
        "long a = 1".to_owned() + &" && 1".repeat(50_000) + ";",
        "long a = 1;".to_owned() + &" ".repeat(250_000),
        "long a = 1;".to_owned() + &" ".repeat(1_000_000),
        "long a = 1; // ".to_owned() + &"x".repeat(1_000_000),
        "long ".to_owned() + &"a".repeat(250_000) + " = 1;",
        "long ".to_owned() + &"a".repeat(1_000_000) + " = 1;",
        "char *a = \"".to_owned() + &"x".repeat(1_000_000) + "\";",
        "long a = ".to_owned() + &"1".repeat(250_000) + ";",
        "@".repeat(250_000),
        "int a = 1;\n".repeat(3_000),
        "char a[1000000000000];".to_owned(),
        "{ ".to_owned() + &"int a; ".repeat(1_000) + "}",
        (0..3_000).fold(String::new(), |code, i| {
            code + &format!("long a{i}[100];\n")
        }),
    ];
    for code in table {
        let ran = tutor_on("a.c", code.as_bytes(), &["run"]);
        let start: String = code.chars().take(60).collect();
        if !ran.status.success() {
            assert_refused(&ran, &["a.c"], &start);
        }
        // A message shows the place, not the megabyte around it.
        assert!(
            ran.stderr.len() < 64 * 1024,
            "{start}: {} bytes of message",
            ran.stderr.len()
        );
    }
}

#[test]
fn bytes_that_are_not_text_are_refused_and_shown_harmlessly() {
    let table: [(&[u8], &[&str]); 8] = [
        (b"int a = 1;\0", &["a.c:1:11"]),
        (b"int a\0b = 1;", &["a.c:1:6"]),
        (b"int a = 1;\nint \xff\xfe = 2;", &["a.c:2:"]),
        (b"\x7fELF\x02\x01\x01\0\0\0\0", &["a.c:1:1"]),
        (b"int \x1b[31ma = 1;", &["a.c:1:5"]),
        ("int a\u{202e} = 1;".as_bytes(), &["a.c:1:6"]),
        ("int \u{9b}31ma = 1;".as_bytes(), &["a.c:1:5"]),
        ("int größe = 1;".as_bytes(), &["a.c:1:"]),
    ];
    for (bytes, says) in table {
        let about = String::from_utf8_lossy(bytes).escape_debug().to_string();
        assert_refused(&tutor_on("a.c", bytes, &["run"]), says, &about);
        assert_refused(&tutor_on("a.c", bytes, &["check"]), says, &about);
    }
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    for bytes in [&b""[..], b"\n\n", b"// only a comment\n"] {
        assert_refused(&tutor_on("a.c", bytes, &["run"]), &["a.c"], "an empty file");
    }
    assert_refused(
        &tutor_on("a.md", b"", &["run"]),
        &["a.md:1:1"],
        "an empty lesson",
    );
}
