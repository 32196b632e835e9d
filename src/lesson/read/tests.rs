//! Tables: what is read of a good lesson, and what is told of each mistake, where.

use super::*;
use crate::lesson::model::{Block, Inline, Need, Part, Step, Who};
use crate::mem::{Placement, Process};

/// A lesson that uses everything.
const GOOD: &str = r#"+++
title = "Two owners"
summary = "Watch a page become two."
minutes = 8
claims = ["X1"]
needs = ["glibc"]
[[file]]
name = "data.bin"
pages = 4
+++
What you will see, in *three* sentences.

> For the speaker, before all.

## One page {placement = "kernel", fresh = true}
Prose with `code` and **weight**.

- one
- two, and
  on

```c
char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
```

```predict minor_faults
How many faults will it cost?
Think first: then answer.
0: none | believes: memory comes with the call
1: one, the first `touch`
```

```c
p[0] = 'A';
```
```c child 2
p[0] = 'B';
```
```expect
minor_faults == 1      // a rule
p[0] == '/'
```
Explained [here](https://kernel.org).

```text
shown, not run
```

> A note.

## Nothing to run
Only words.

## Another
```c peer 3
p[0] = 1;
```
Explained without rules.

## Try it yourself
1. This
2. That
"#;

fn step(lesson: &Lesson, index: usize) -> &Step {
    &lesson.steps[index]
}

#[test]
fn a_lesson_is_read_whole() {
    let lesson = read("lessons/06-two.md", GOOD).unwrap();
    assert_eq!(lesson.id, "06-two");
    assert_eq!(lesson.front.title, "Two owners");
    assert_eq!(lesson.front.needs, [Need::Glibc]);
    assert_eq!(lesson.front.files[0].name, "data.bin");
    assert_eq!(lesson.front.files[0].pages, 4);
    assert_eq!(
        lesson.intro.plain(),
        "What you will see, in three sentences."
    );
    let titles: Vec<&str> = lesson
        .steps
        .iter()
        .map(|step| step.title.as_str())
        .collect();
    assert_eq!(titles, ["One page", "Nothing to run", "Another"]);
    assert_eq!(step(&lesson, 0).options.placement, Placement::Kernel);
    assert!(step(&lesson, 0).options.fresh);
    assert_eq!(
        step(&lesson, 0).notes.plain(),
        "For the speaker, before all.\nA note."
    );
    assert_eq!(lesson.closing.len(), 1);
    assert_eq!(lesson.closing[0].body.plain(), "1. This\n2. That");
}

#[test]
fn a_step_is_its_parts_in_order_and_an_explanation() {
    let lesson = read("a.md", GOOD).unwrap();
    let parts = &step(&lesson, 0).parts;
    assert_eq!(parts.len(), 6);
    let Part::Prose(prose) = &parts[0] else {
        panic!("{parts:?}")
    };
    assert_eq!(
        prose.0[0],
        Block::Paragraph(vec![
            Inline::Text("Prose with ".into()),
            Inline::Code("code".into()),
            Inline::Text(" and ".into()),
            Inline::Strong("weight".into()),
            Inline::Text(".".into()),
        ])
    );
    assert_eq!(
        prose.0[2],
        Block::Item("-".into(), vec![Inline::Text("two, and on".into())])
    );
    let Part::Code(code) = &parts[4] else {
        panic!("{parts:?}")
    };
    assert_eq!(code.who, Who::Named(Process::Child(2)));
    assert_eq!(&GOOD[code.statements[0].span.clone()], "p[0] = 'B';");
    let explanation = &step(&lesson, 0).explanation;
    assert_eq!(
        explanation.plain(),
        "Explained here (https://kernel.org).\nshown, not run"
    );
    assert_eq!(step(&lesson, 1).parts.len(), 1);
    assert_eq!(
        step(&lesson, 2).explanation.plain(),
        "Explained without rules."
    );
}

#[test]
fn a_prediction_is_a_question_with_choices() {
    let lesson = read("a.md", GOOD).unwrap();
    let Part::Predict(prediction) = &step(&lesson, 0).parts[2] else {
        panic!("no prediction")
    };
    assert_eq!(prediction.text, "minor_faults");
    assert_eq!(
        prediction.question.plain(),
        "How many faults will it cost? Think first: then answer."
    );
    let choices: Vec<_> = prediction
        .choices
        .iter()
        .map(|choice| {
            let belief = choice.believes.as_deref();
            (choice.value_text.as_str(), choice.text.plain(), belief)
        })
        .collect();
    assert_eq!(
        choices,
        [
            ("0", "none".to_owned(), Some("memory comes with the call")),
            ("1", "one, the first touch".to_owned(), None),
        ]
    );
    let Part::Expect(rules) = &step(&lesson, 0).parts[5] else {
        panic!("no rules")
    };
    let rules: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
    assert_eq!(rules, ["minor_faults == 1", "p[0] == '/'"]);
}

#[test]
fn lines_may_end_as_on_windows_and_begin_with_a_byte_order_mark() {
    let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    let lesson = read("a.md", &windows).unwrap();
    assert_eq!(lesson.steps.len(), 3);
    let Part::Predict(prediction) = &step(&lesson, 0).parts[2] else {
        panic!("no prediction")
    };
    assert_eq!(prediction.choices.len(), 2);
}

#[test]
fn decoded_text_cannot_steer_the_terminal() {
    let source = GOOD
        .replace("Two owners", r"Two \u001b[2J owners")
        .replace("Only words.", "Only &#27;[31m words &#x202e; here.");
    let lesson = read("a.md", &source).unwrap();
    assert_eq!(lesson.front.title, "Two ␛[2J owners");
    let Part::Prose(prose) = &step(&lesson, 1).parts[0] else {
        panic!("no prose")
    };
    assert_eq!(prose.plain(), "Only ␛[31m words [U+202E] here.");
}

/// (what stands in the good lesson, what stands there instead, what is told, line, column)
type Mistake = (&'static str, &'static str, &'static str, (usize, usize));

const MISTAKES: &[Mistake] = &[
    (
        "+++\ntitle",
        "title",
        "a lesson begins with a line `+++`",
        (1, 1),
    ),
    ("title = \"Two owners\"\n", "", "`title` is missing", (1, 1)),
    ("title =", "titel =", "`titel` is not known here", (2, 1)),
    ("\"Two owners\"", "\"\"", "`title` is empty", (2, 9)),
    (
        "\"Two owners\"",
        "7",
        "`title` is text in quotes, such as `\"text\"`, not `7`",
        (2, 9),
    ),
    (
        "\"Two owners\"",
        "\"Two owners",
        "invalid basic string",
        (2, 20),
    ),
    (
        "minutes = 8",
        "minutes = 0",
        "`minutes` is from 1 to 120",
        (4, 11),
    ),
    (
        "minutes = 8",
        "minutes = -8",
        "`minutes` is a whole number from 0 up, such as `3`, not `-8`",
        (4, 11),
    ),
    (
        "minutes = 8",
        "minutes = \"8\"",
        "`minutes` is a whole number from 0 up, such as `3`, not text",
        (4, 11),
    ),
    (
        "claims = [\"X1\"]",
        "claims = [1]",
        "`claims` is a list of texts in quotes, such as `[\"X1\"]`",
        (5, 11),
    ),
    (
        "needs = [\"glibc\"]",
        "needs = \"glibc\"",
        "`needs` is a list of needs in quotes, such as `[\"thp\"]`, not text",
        (6, 9),
    ),
    (
        "pages = 4",
        "pages = \"4\"",
        "`pages` is a whole number from 0 up, such as `3`, not text",
        (9, 9),
    ),
    (
        "pages = 4",
        "pages = 1.5",
        "`pages` is a whole number from 0 up, such as `3`, not `1.5`",
        (9, 9),
    ),
    (
        "fresh = true}",
        "fresh = \"yes\"}",
        "`fresh` is `true` or `false`, not text",
        (15, 44),
    ),
    (
        "\"kernel\"",
        "3",
        "`placement` is `\"apart\"` or `\"kernel\"`, not `3`",
        (15, 26),
    ),
    (
        "fresh = true}",
        "fresh = true",
        "these options are not closed",
        (15, 13),
    ),
    (
        "fresh = true}",
        "fresh = true} more",
        "options stand at the end of the heading",
        (15, 13),
    ),
    (
        "0: none | believes: memory comes with the call\n1: one",
        "- 0: none\n- 1: one",
        "a choice is `VALUE: text`, without `-`",
        (29, 1),
    ),
    (
        "0: none | believes: memory comes with the call\n1: one",
        "* 0: none\n* 1: one",
        "a choice is `VALUE: text`, without `*`",
        (29, 1),
    ),
    ("\"glibc\"", "\"glbc\"", "unknown variant `glbc`", (6, 10)),
    (
        "[[file]]",
        "[file]",
        "`file` is a table of its own for each",
        (7, 1),
    ),
    (
        "pages = 4",
        "pages = 400000000",
        "`pages` is at most",
        (9, 9),
    ),
    ("pages = 4", "page = 4", "`page` is not known here", (9, 1)),
    (
        "data.bin",
        "../data.bin",
        "a file's name is a plain name",
        (8, 8),
    ),
    (
        "## One page",
        "# One page",
        "a heading `#` is the whole lesson's",
        (15, 1),
    ),
    (
        "placement =",
        "placemnt =",
        "`placemnt` is not known here",
        (15, 14),
    ),
    (
        "\"kernel\"",
        "\"kernl\"",
        "unknown variant `kernl`",
        (15, 26),
    ),
    ("fresh = true}", "fresh = }", "invalid", (15, 44)),
    ("## Another", "##", "this step has no title", (54, 1)),
    ("Only words.", "<b>words</b>", "HTML is not shown", (52, 1)),
    (
        "Only words.",
        "![a](b.png)",
        "a terminal shows no images",
        (52, 1),
    ),
    (
        "Only words.",
        "a \u{202e} b",
        "U+202E is invisible or steers",
        (52, 3),
    ),
    (
        "Only words.",
        "a \x1b[1m b",
        "U+001B is invisible or steers",
        (52, 3),
    ),
    (
        "```c\np[0] = 'A'",
        "```C\np[0] = 'A'",
        "a fence `C` is only shown",
        (33, 4),
    ),
    (
        "```c peer 3",
        "```c pear 3",
        "there is no process `pear`",
        (55, 6),
    ),
    ("```c peer 3", "```c main", "`main` is not named", (55, 6)),
    (
        "```c peer 3",
        "```c peer 11",
        "numbered from 1 to 10",
        (55, 6),
    ),
    (
        "```c peer 3",
        "```c peer 3 4",
        "run by one process",
        (55, 6),
    ),
    (
        "```c peer 3",
        "```c peer 3-11",
        "goes from a lower number to a higher one, 1 to 10",
        (55, 6),
    ),
    (
        "```c peer 3",
        "```c race",
        "the contestant has no name",
        (55, 6),
    ),
    (
        "```c peer 3",
        "```c race 4k",
        "`4k` is no name for a contestant",
        (55, 6),
    ),
    (
        "```c peer 3",
        "```c race a rounds=2",
        "a race has 3 to 99 rounds",
        (55, 6),
    ),
    (
        "```c peer 3",
        "```c race a setups",
        "`setups` means nothing here",
        (55, 6),
    ),
    (
        "```c peer 3",
        "> ```c peer 3",
        "not in a list or a quote",
        (55, 6),
    ),
    (
        "p[0] = 1;\n```",
        "```",
        "there is no statement in this fence",
        (55, 4),
    ),
    (
        "```predict minor_faults",
        "```predict",
        "what is measured is missing",
        (26, 4),
    ),
    (
        "```predict minor_faults",
        "```predct minor_faults",
        "a fence `predct` is only shown",
        (26, 4),
    ),
    (
        "```c\np[0] = 'A';\n```\n```c child 2\np[0] = 'B';\n```\n",
        "",
        "measures nothing",
        (26, 4),
    ),
    (
        "How many faults will it cost?\nThink first: then answer.\n",
        "",
        "the question is missing",
        (26, 4),
    ),
    (
        "1: one, the first `touch`\n",
        "",
        "one choice is no choice",
        (26, 4),
    ),
    (
        "1: one, the first `touch`",
        "1:",
        "a choice says something after its value",
        (30, 3),
    ),
    (
        "1: one, the first `touch`",
        "or one",
        "this line is no choice",
        (30, 1),
    ),
    (
        "| believes: memory",
        "| belives: memory",
        "behind `|` stands",
        (29, 9),
    ),
    (
        "believes: memory comes with the call",
        "believes:",
        "the belief behind `believes:` is missing",
        (29, 9),
    ),
    (
        "```expect\n",
        "```expect minor_faults\n",
        "nothing stands behind `expect`",
        (39, 11),
    ),
    (
        "minor_faults == 1      // a rule\np[0] == '/'\n",
        "",
        "there is no rule in this `expect`",
        (39, 4),
    ),
    (
        "p[0] == '/'",
        "p[0] == '/';",
        "it has no semicolon",
        (41, 12),
    ),
    (
        "1. This",
        "```c\nint x = 1;\n```\n1. This",
        "nothing is run after the last step",
        (61, 4),
    ),
    (
        "## Try it yourself",
        "## Try it yourself {fresh = true}",
        "options are for steps",
        (60, 20),
    ),
    (
        "Explained without rules.",
        "```expect\n1",
        "this fence is not closed",
        (58, 4),
    ),
];

#[test]
fn every_mistake_is_told_with_its_place() {
    for &(good, bad, told, place) in MISTAKES {
        assert_eq!(GOOD.matches(good).count(), 1, "{good:?} stands once");
        let source = GOOD.replacen(good, bad, 1);
        let mistakes = read("a.md", &source).expect_err(bad);
        let found = mistakes
            .iter()
            .find(|mistake| mistake.message.contains(told));
        let found = found.unwrap_or_else(|| panic!("{bad:?}: {mistakes:?}"));
        assert_eq!(found.place(&source), place, "{bad:?}: {found:?}");
    }
}

#[test]
fn braces_and_signs_that_mean_themselves_are_left_alone() {
    let choices = "0: none | believes: memory comes with the call\n1: one";
    for (good, as_good) in [
        ("## Another", "## Another `{`"),
        ("## Another", "## Another of {a, b} and c"),
        (choices, "-1: none\n-2: one"),
        (choices, "- 1: none\n1: one"),
    ] {
        let source = GOOD.replacen(good, as_good, 1);
        let mistakes = read("a.md", &source).err();
        assert!(mistakes.is_none(), "{as_good}: {mistakes:?}");
    }
}

#[test]
fn a_lesson_without_steps_is_told_so_where_its_text_ends() {
    let front = "+++\ntitle = \"T\"\nsummary = \"S\"\nminutes = 1\n+++\n";
    for (text, place) in [
        ("", (5, 1)),
        ("Héllo.", (6, 1)),
        ("Hello.\n", (6, 1)),
        ("Hello.\r\nYou.\r\n\r\n\n", (7, 1)),
    ] {
        let source = format!("{front}{text}");
        let mistakes = read("a.md", &source).unwrap_err();
        assert_eq!(mistakes[0].message, "this lesson has no step");
        assert_eq!(mistakes[0].place(&source), place, "{text:?}");
        let shown = mistakes[0].render("a.md", &source, false);
        let (line, column) = place;
        let placed = shown.contains(&format!("a.md:{line}:{column}\n"));
        assert!(placed, "{shown}");
    }
}

#[test]
fn all_mistakes_are_told_in_order() {
    let source = GOOD
        .replace("title =", "titel =")
        .replace("minutes = 8", "minutes = \"8\"")
        .replace("```c peer 3", "```c pear")
        .replace("p[0] == '/'", "p[0] == '/';");
    let mistakes = read("a.md", &source).unwrap_err();
    let lines: Vec<usize> = mistakes.iter().map(|m| m.place(&source).0).collect();
    assert_eq!(lines, [1, 2, 4, 41, 55]);
    assert_eq!(mistakes[1].help.as_deref(), Some("did you mean `title`?"));
}

#[test]
fn hostile_files_are_refused_soon_and_with_a_place() {
    let front = &GOOD[..GOOD.find("What you").unwrap()];
    let many = |piece: &str| format!("{front}{}", piece.repeat(200_000 / piece.len()));
    let files = [
        String::new(),
        "+++".into(),
        "+++\n".into(),
        "+++\n+++".into(),
        format!("+++\na = {}", "[".repeat(100_000)),
        format!("+++\na = {}\n+++\n", "[".repeat(100_000)),
        format!("+++\n{}=1\n+++\n", "a.".repeat(50_000)),
        "x".repeat(10_000_000),
        many("["),
        many("*a"),
        many("> "),
        many("- "),
        many("`"),
        many("<"),
        many("![](\n"),
        many("## a\n"),
        many("```c\n"),
        many("\x1b"),
        many("```predict\n```\n"),
    ];
    for source in &files {
        let start: String = source.chars().take(200).collect();
        let mistakes = read("a.md", source).expect_err(&start);
        assert!(!mistakes.is_empty() && mistakes.len() <= 51);
        for mistake in &mistakes {
            assert!(mistake.span.end <= source.len() + 1, "{mistake:?}");
            mistake.line("a.md", source);
        }
    }
}

#[test]
fn bytes_that_are_no_text_have_a_place() {
    let broken = read_bytes("a\x1b.md", b"+++\nti\xfftle").unwrap_err();
    assert_eq!(broken.lines(), ["a␛.md:2:3: error: this byte is not UTF-8"]);
    let long = vec![0xff; MAX_BYTES + 1];
    let broken = read_bytes("a.md", &long).unwrap_err();
    assert!(broken.to_string().contains("256 KiB"), "{broken}");
}

mod random {
    use super::GOOD;
    use crate::lesson::{read, read_bytes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Err(broken) = read_bytes("a.md", &bytes) {
                broken.render(false);
            }
        }

        #[test]
        fn mutations_never_panic(
            at in 0..GOOD.len(),
            cut in 0..40usize,
            put in "[\\PC\n`+{}>#:|='\"]{0,12}",
        ) {
            let mut bytes = GOOD.as_bytes().to_vec();
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, put.bytes());
            if let Err(broken) = read_bytes("a.md", &bytes) {
                broken.render(false);
                broken.lines();
            }
        }

        #[test]
        fn swapped_lines_never_panic(from in 0..64usize, to in 0..64usize) {
            let mut lines: Vec<&str> = GOOD.lines().collect();
            let count = lines.len();
            lines.swap(from % count, to % count);
            if let Err(mistakes) = read("a.md", &lines.join("\n")) {
                assert!(!mistakes.is_empty());
            }
        }
    }
}
