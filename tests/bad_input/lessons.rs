//! Lessons that are malformed, and lessons that mean harm.

use crate::{assert_refused, tutor_on};
use serde_json::Value;

#[test]
fn malformed_lessons_are_refused_where_they_are_wrong() {
    let front = "+++\ntitle = \"T\"\nsummary = \"S.\"\nminutes = 1\n+++\n";
    let with = |rest: &str| format!("{front}{rest}");
    let table: [(String, &[&str]); 14] = [
        ("# No front matter\n".into(), &["a.md:1:1", "+++"]),
        ("+++\ntitle = \"T\"\n".into(), &["a.md:1:1", "+++"]),
        ("+++\ntitle = \n+++\n## A\n".into(), &["a.md:2:"]),
        (
            "+++\ntitle = \"T\"\nminutes = 1\n+++\n## A\nx\n".into(),
            &["a.md:", "summary"],
        ),
        (
            front.replace("minutes = 1", "minutes = \"one\"") + "## A\n",
            &["a.md:4:"],
        ),
        (
            front.replace("minutes = 1", "minutes = 1\nauther = \"me\"") + "## A\n",
            &["a.md:5:", "auther"],
        ),
        (with("Only text, no step.\n"), &["a.md:"]),
        (with("## A\n```c\nint a = 1\n```\n"), &["a.md:8:"]),
        (with("## A\n```c\nint a = b;\n```\n"), &["a.md:8:9", "`b`"]),
        (
            with("## A {plaecment = \"kernel\"}\n```c\nint a = 1;\n```\n"),
            &["a.md:6:", "plaecment"],
        ),
        (
            with("## A\n```c\nint a = 1;\n```\n```expect\na ==\n```\n"),
            &["a.md:11:"],
        ),
        (
            with("## A\n```c chlid\nint a = 1;\n```\n"),
            &["a.md:7:", "chlid"],
        ),
        (
            with("## A\n```predict minor_fualts\nHow many?\n```\n```c\nint a = 1;\n```\n"),
            &["a.md:7:", "minor_fualts"],
        ),
        (with("## A\n```c\nint a = 1;\n"), &["a.md:7:"]),
    ];
    for (text, says) in table {
        assert_refused(&tutor_on("a.md", text.as_bytes(), &["check"]), says, &text);
        assert_refused(&tutor_on("a.md", text.as_bytes(), &["run"]), says, &text);
    }
}

#[test]
fn a_rule_that_asks_for_what_is_not_there_fails_and_says_why() {
    let front = "+++\ntitle = \"T\"\nsummary = \"S.\"\nminutes = 1\n+++\n## A\n```c\nchar *p = mmap(NULL, PAGE, \
                 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\n```\n```expect\n";
    let table = [
        ("p[100 * PAGE] == 0", "evaluating it raised SIGSEGV at 0x"),
        ("rss(3) == 0", "nothing is mapped at 0x3 in main"),
        ("cached(9) == 0", "main has no descriptor 9"),
    ];
    for (rule, why) in table {
        let text = format!("{front}{rule}\n```\nSo.\n");
        let ran = tutor_on("a.md", text.as_bytes(), &["run"]);
        assert_eq!(ran.status.code(), Some(1), "{rule}: {}", ran.text());
        let told = format!("FAILS     {rule}   ({why}");
        assert!(ran.text().contains(&told), "{rule}: {}", ran.text());
    }
}

/// A lesson in which nothing is wrong but that no choice has the value that is measured.
const FINE: &str = "+++\ntitle = \"T\"\nsummary = \"S.\"\nminutes = 1\n+++\n## A\n```predict a\nWhich?\n1: one\n2: two\n\
                    ```\n```c\nint a = 3;\n```\n```expect\na == 3\n```\nSo.\n";

#[test]
fn an_answer_that_is_none_of_the_choices_is_told() {
    let told = |text: &str| {
        let ran = tutor_on("a.md", text.as_bytes(), &["run"]);
        let json = tutor_on("a.md", text.as_bytes(), &["run", "--json"]);
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        let prediction = json["steps"][0]["prediction"].clone();
        (ran.text(), prediction)
    };
    let (text, json) = told(FINE);
    assert!(text.contains("a = 3, none of the choices\n"), "{text}");
    assert_eq!(json["none_of_the_choices"], true);
    assert_eq!(json["choice"], Value::Null);
    let (text, json) = told(&FINE.replace("2: two", "1 + 2: three"));
    assert!(text.contains("a = 3\n"), "{text}");
    assert_eq!(json["none_of_the_choices"], false);
    assert_eq!(json["choice"], "1 + 2");
    let (text, json) = told(&FINE.replace("1: one\n2: two\n", ""));
    assert!(text.contains("a = 3\n"), "{text}");
    assert_eq!(json["none_of_the_choices"], false);
}

#[test]
fn what_check_has_to_say_besides_mistakes_is_a_note() {
    let note = "note: mine.md: `--lessons DIR` takes only files whose names begin with a number";
    for (file, expected) in [("mine.md", true), ("01-mine.md", false)] {
        let ran = tutor_on(file, FINE.as_bytes(), &["check"]);
        assert!(ran.status.success(), "{}", ran.text());
        assert!(ran.text().contains(&format!("{file}: fine")));
        assert_eq!(ran.text().contains(note), expected, "{}", ran.text());
    }
    let more = "note: 01-a.md: what its C and its rules mean is looked at once this is mended";
    for (good, bad, expected) in [
        ("int a = 3;", "int a = ;", true),
        ("a == 3", "b == 3", false),
    ] {
        let text = FINE.replace(good, bad);
        let ran = tutor_on("01-a.md", text.as_bytes(), &["check"]);
        assert_eq!(ran.status.code(), Some(2));
        assert_eq!(ran.text().contains(more), expected, "{}", ran.text());
    }
}

#[test]
fn hostile_lessons_are_refused_or_shown_harmlessly() {
    let front = "+++\ntitle = \"T\"\nsummary = \"S.\"\nminutes = 1\n+++\n";
    let step = "## A\n```c\nint a = 1;\n```\n";
    let table = [
        format!("+++\ntitle = {}\n+++\n", "[".repeat(100_000)),
        format!("+++\n{}\n+++\n{step}", "a.".repeat(100_000)),
        format!("{front}{}\n{step}", ">".repeat(100_000)),
        format!("{front}{}\n{step}", "- ".repeat(20_000)),
        format!("{front}{}\n{step}", "*".repeat(100_000)),
        format!("{front}{}\n{step}", "[".repeat(100_000)),
        format!("{front}{}\n{step}", "`".repeat(100_001)),
        format!(
            "{front}{step}```expect\n{}a{}\n```\n",
            "(".repeat(100_000),
            ")".repeat(100_000)
        ),
        format!(
            "{front}## {}\n```c\nint a = 1;\n```\n",
            "A".repeat(1_000_000)
        ),
        front.replace("\"T\"", "\"\u{1b}[31mT\\u001b[2J\"") + step,
        format!("{front}\u{202e}{step}"),
        format!("{front}## \u{1b}]0;x\u{7}\n```c\nint a = 1;\n```\n"),
        format!("{front}{}", step.repeat(3_000)),
    ];
    for text in table {
        let shown: String = text.chars().take(80).collect();
        for arguments in [&["check"][..], &["run"], &["run", "--json"]] {
            let ran = tutor_on("a.md", text.as_bytes(), arguments);
            if !ran.status.success() {
                assert_refused(&ran, &["a.md"], &shown);
            }
            assert!(
                ran.stderr.len() < 64 * 1024,
                "{shown}: {} bytes of message",
                ran.stderr.len()
            );
        }
    }
    let bytes = [front.as_bytes(), b"\xff\xfe", step.as_bytes()].concat();
    assert_refused(
        &tutor_on("a.md", &bytes, &["check"]),
        &["a.md:6:1"],
        "bad UTF-8",
    );
}
