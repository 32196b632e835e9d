//! Lessons that are malformed, and lessons that mean harm.

use crate::{assert_refused, tutor_on};

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
                assert_refused(&ran, &["a.md:"], &shown);
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
