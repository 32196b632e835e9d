//! Tables: what is told of lessons that can be read and yet are wrong.

use super::*;
use crate::lesson::read;

/// A lesson without mistakes, with two processes beside `main`.
const GOOD: &str = r#"+++
title = "t"
summary = "s"
minutes = 1
+++
## One
```c
char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
pid_t child = fork();
```
```predict child.minor_faults
How many?
0: none
1: one
```
```c child
p[0] = 'A';
```
```expect
child.minor_faults == 1
rss(p) == 0
child.p[0] == 'A'
```
Because.

## Two {fresh = true}
```c
int x = 2;
```
```c peer
int y = 3;
```
```predict x
Which?
2: two
3: three
```
```c
x = x + 1;
```
```expect
x == 3
peer.y == 3
state(&x) == PRIVATE
```
Because.
"#;

/// What is told of a lesson, by the reader or, where that is content, by the checker.
fn told(source: &str) -> Vec<String> {
    let mistakes = match read("a.md", source) {
        Ok(lesson) => check(&lesson),
        Err(mistakes) => mistakes,
    };
    mistakes.iter().map(|m| m.line("a.md", source)).collect()
}

#[test]
fn a_good_lesson_has_nothing_wrong() {
    assert_eq!(told(GOOD), Vec::<String>::new());
}

#[test]
fn each_mistake_is_told_with_its_place() {
    // (what stands there, what stands there instead, what is told, line, column)
    let table = [
        ("p[0] = 'A';", "q[0] = 'A';", "`q`", (17, 1)),
        ("p[0] = 'A';", "p[0];", "compilers drop a load", (17, 1)),
        ("MAP_ANONYMOUS", "MAP_ANONYMU", "`MAP_ANONYMU`", (8, 70)),
        (
            "```c child\n",
            "```c child 2\n",
            "only one child has been made",
            (16, 4),
        ),
        (
            "pid_t child = fork();\n",
            "",
            "there is no child yet",
            (15, 4),
        ),
        ("x = x + 1;", "x = y + 1;", "`y`", (39, 5)),
        ("x = x + 1;", "p[0] = 1;", "`p`", (39, 1)),
        (
            "1: one",
            "0 + 0: one",
            "two choices have the value `0 + 0`",
            (14, 1),
        ),
        ("1: one", "z: one", "`z`", (14, 1)),
        (
            "predict x",
            "predict peer2.y",
            "not there at this point",
            (33, 12),
        ),
        (
            "peer.y == 3",
            "peer2.y == 3",
            "not there at this point",
            (43, 1),
        ),
        (
            "rss(p) == 0",
            "rss(p, 1, 2) == 0",
            "`rss` takes 1 or 2 arguments",
            (21, 1),
        ),
        ("rss(p) == 0", "rss(pp) == 0", "`pp`", (21, 5)),
        ("x == 3", "x = 3", "`=` assigns", (42, 1)),
        ("rss(p) == 0", "rss(p++) == 0", "`p++` changes", (21, 5)),
        ("x == 3", "x++ == 3", "`x++` changes something", (42, 1)),
        (
            "rss(p) == 0",
            "munmap(p, PAGE) == 0",
            "changes something",
            (21, 1),
        ),
        (
            "child.p[0] == 'A'",
            "child.p[fork()] == 'A'",
            "`fork()` changes",
            (22, 9),
        ),
        (
            "predict child.minor_faults",
            "predict fork()",
            "`fork()` changes",
            (11, 12),
        ),
        ("1: one", "fork(): one", "`fork()` changes", (14, 1)),
        ("x == 3", "minr_faults == 3", "`minr_faults`", (42, 1)),
    ];
    for (good, bad, message, place) in table {
        assert_eq!(GOOD.matches(good).count(), 1, "{good:?} stands once");
        let source = GOOD.replacen(good, bad, 1);
        let all = told(&source);
        let (line, column) = place;
        let start = format!("a.md:{line}:{column}: error: ");
        let found = all
            .iter()
            .any(|told| told.starts_with(&start) && told.contains(message));
        assert!(found, "{bad:?}: {all:?} has no {start}{message}");
    }
}

#[test]
fn what_only_asks_may_stand_in_a_rule() {
    for rule in [
        "memcmp(p, p, PAGE) == 0 && strlen(p) > 0",
        "getpid() != child && sysconf(_SC_PAGESIZE) == PAGE",
        "(char *)sbrk(0) > (char *)NULL",
    ] {
        let source = GOOD.replacen("rss(p) == 0", rule, 1);
        assert_eq!(told(&source), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn a_step_that_does_not_teach_is_told_so() {
    let rules = "```expect\nchild.minor_faults == 1\nrss(p) == 0\nchild.p[0] == 'A'\n```\n";
    let source = GOOD.replacen(rules, "", 1);
    assert_eq!(
        told(&source),
        ["a.md:6:1: error: this step runs code and expects nothing"]
    );
    let source = GOOD.replacen("Because.", "", 1);
    assert_eq!(
        told(&source),
        ["a.md:6:1: error: this step has no explanation"]
    );
}

#[test]
fn what_does_not_teach_can_still_be_played() {
    let source = GOOD.replace("Because.", "").replace("p[0] = 'A';", "p[0];");
    let lesson = read("a.md", &source).unwrap();
    assert_eq!(errors(&lesson), []);
    assert_eq!(check(&lesson).len(), 3);
}

#[test]
fn a_variable_that_nobody_has_set_is_told_in_the_process_that_reads_it() {
    let with = |fork: &str, child: &str, fresh: &str| {
        GOOD.replace("pid_t child = fork();", fork)
            .replace("p[0] = 'A';", child)
            .replace("x = x + 1;", fresh)
    };
    let fork = "int i;\npid_t child = fork();";
    let mistake = "`i` is read, and nothing was stored in it before";
    // (main before and at the fork, the child after it, main in a fresh step, where it is told)
    let table = [
        (fork, "p[i] = 'A';", "x = x + 1;", Some("18:3")),
        (fork, "i = 0; p[i] = 'A';", "x = x + 1;", None),
        (fork, "p[0] = 'A';", "int i; x = i + 1;", Some("40:12")),
        (
            "int i;\npid_t child = fork();\ni = 0;",
            "p[i] = 'A';",
            "x = x + 1;",
            Some("19:3"),
        ),
        (
            "int i = 0;\npid_t child = fork();",
            "p[i] = 'A';",
            "x = x + 1;",
            None,
        ),
    ];
    for (fork, child, fresh, place) in table {
        let source = with(fork, child, fresh);
        let expected = place.map(|place| format!("a.md:{place}: error: {mistake}"));
        assert_eq!(told(&source), Vec::from_iter(expected), "{source}");
        assert_eq!(errors(&read("a.md", &source).unwrap()), []);
    }
}

#[test]
fn the_built_in_lessons_are_without_mistakes() {
    for (file, source) in crate::lesson::catalogue::BUILT_IN {
        let lesson = read(file, source).unwrap();
        let told: Vec<String> = check(&lesson)
            .iter()
            .map(|mistake| mistake.render(file, source, false))
            .collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}

proptest::proptest! {
    #[test]
    fn mutated_lessons_never_panic(
        at in 0..GOOD.len(),
        cut in 0..20usize,
        put in "[-a-z0-9 *&\\[\\](){};=.+'\"\n]{0,10}",
    ) {
        let mut bytes = GOOD.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        if let Ok(lesson) = crate::lesson::read_bytes("a.md", &bytes) {
            for mistake in check(&lesson) {
                mistake.render("a.md", &lesson.source, false);
            }
        }
    }
}

#[test]
fn a_mistyped_observer_is_told_by_its_name() {
    let source = GOOD.replacen("child.minor_faults == 1", "minr_faults == 1", 1);
    let lesson = read("a.md", &source).unwrap();
    let mistakes = check(&lesson);
    let help = mistakes[0].help.as_deref();
    assert_eq!(help, Some("did you mean `minor_faults`?"));
}

#[test]
fn claims_are_of_the_ledger_and_go_together() {
    let with = |listed: &str, first: &str| {
        GOOD.replace("minutes = 1\n", &format!("minutes = 1\n{listed}\n"))
            .replace("## One\n", &format!("## One {first}\n"))
    };
    // (the front matter's, the first step's, what is told with its line)
    let table = [
        (r#"claims = ["X1"]"#, r#"{claims = ["X1"]}"#, vec![]),
        (
            r#"claims = ["X1"]"#,
            "",
            vec!["5: no step of the lesson shows the claim `X1`"],
        ),
        (
            "",
            r#"{claims = ["X1"]}"#,
            vec!["7: the lesson does not list the claim `X1`"],
        ),
        (
            "",
            r#"{claims = ["X9"]}"#,
            vec!["7: the ledger has no claim `X9`"],
        ),
        (
            r#"claims = ["X9"]"#,
            r#"{claims = ["X9"]}"#,
            vec!["5: the ledger has no claim `X9`"],
        ),
    ];
    for (listed, first, expected) in table {
        let source = with(listed, first);
        let lesson = read("a.md", &source).unwrap();
        let told: Vec<String> = check(&lesson)
            .iter()
            .map(|mistake| {
                let line = source[..mistake.span.start].lines().count().max(1);
                let line = if source[..mistake.span.start].ends_with('\n') {
                    line + 1
                } else {
                    line
                };
                format!("{line}: {}", mistake.message)
            })
            .collect();
        assert_eq!(told, expected, "{listed} {first}");
    }
    let silent = with(r#"claims = ["X1"]"#, r#"{claims = ["X1"]}"#).replace(
        "```expect\nchild.minor_faults == 1\nrss(p) == 0\nchild.p[0] == 'A'\n```\n",
        "",
    );
    let told = told(&silent).join("\n");
    assert!(told.contains("names a claim and expects nothing"), "{told}");
}

/// A race of two, one of them with a setup, and a group of peers.
const RACE: &str = r#"+++
title = "t"
summary = "s"
minutes = 1
+++
## One
```c
long x = 0;
```
```c peer 2-3
int y = 3;
```
```c race a
x = x + 1;
```
Text between.
```c race b setup
x = 0;
```
```c race b rounds=21
x = x + 2;
```
```expect
faster(a, b)
percent(a, b) >= time(b) - round_faults(a)
peer3.y == 3
peers.minor_faults == 0
```
Because.
"#;

#[test]
fn mistakes_in_races_and_groups_are_told() {
    assert_eq!(told(RACE), Vec::<String>::new());
    let table = [
        (
            "x = x + 1;",
            "int z = 1;",
            "declare it in a block before the race",
            (14, 1),
        ),
        ("x = x + 1;", "fork();", "nothing in it may fork", (14, 1)),
        ("x = x + 1;", "w = 1;", "`w`", (14, 1)),
        ("race a\n", "race b\n", "already", (20, 22)),
        ("race b rounds=21", "race c", "this prepares `b`", (17, 18)),
        (
            "race b rounds=21",
            "peer",
            "a race needs two contestants",
            (13, 12),
        ),
        (
            "faster(a, b)",
            "faster(a, c)",
            "no race so far has a contestant `c`",
            (24, 11),
        ),
        (
            "faster(a, b)",
            "faster(a, 1 + 1)",
            "the name of a contestant was expected",
            (24, 11),
        ),
        (
            "faster(a, b)",
            "faster(a)",
            "takes 2 arguments, not 1",
            (24, 1),
        ),
        (
            "peer3.y",
            "peers.y",
            "only what an observer counts",
            (26, 1),
        ),
        ("peer3.y", "peer4.y", "not there at this point", (26, 1)),
    ];
    for (good, bad, message, (line, column)) in table {
        assert_eq!(RACE.matches(good).count(), 1, "{good:?} stands once");
        let source = RACE.replacen(good, bad, 1);
        let all = match read("a.md", &source) {
            Ok(_) => told(&source),
            Err(mistakes) => mistakes.iter().map(|m| m.line("a.md", &source)).collect(),
        };
        let start = format!("a.md:{line}:{column}: error: ");
        let found = check_lines(&source)
            .iter()
            .chain(&all)
            .any(|told| told.contains(message));
        assert!(found, "{bad:?}: {all:?} has no {message}");
        let placed = all.iter().any(|told| told.starts_with(&start));
        assert!(placed, "{bad:?}: {all:?} is not at {start}");
    }
}

/// What is told, with the help.
fn check_lines(source: &str) -> Vec<String> {
    let mistakes = read("a.md", source).map_or_else(|mistakes| mistakes, |lesson| check(&lesson));
    mistakes
        .iter()
        .map(|m| m.render("a.md", source, false))
        .collect()
}
