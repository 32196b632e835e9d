//! What is read of a text before it runs, and what completes it.

use super::complete::{candidates, common, function_at, offers, word_before};
use super::*;
use crate::c::{self, Scope, Target};

#[test]
fn a_text_may_name_who_runs_it() {
    let table = [
        ("p[0] = 1;", None, "p[0] = 1;"),
        ("child: p[0] = 1;", Some(Who::LatestChild), " p[0] = 1;"),
        ("child 2:x;", Some(Who::Named(Process::Child(2))), "x;"),
        ("peer: x;", Some(Who::Named(Process::Peer(1))), " x;"),
        (" peer 3 : x;", Some(Who::Named(Process::Peer(3))), " x;"),
        ("main: x;", Some(Who::Main), " x;"),
        ("child 0: x;", None, "child 0: x;"),
        ("peer 999: x;", None, "peer 999: x;"),
        ("a ? b : c;", None, "a ? b : c;"),
    ];
    for (text, who, code) in table {
        let found = addressed(text);
        assert_eq!((found.who, found.code), (who, code), "{text}");
        assert_eq!(&text[found.offset..], code, "{text}");
    }
}

#[test]
fn a_block_stays_open_until_it_is_closed() {
    let table = [
        ("p[0] = 1;", false),
        ("for (int i = 0; i < 4; i++) {", true),
        ("for (int i = 0; i < 4; i++) {\n p[i] = 1;\n}", false),
        ("mmap(NULL,", true),
        ("x = 1 + \\", true),
        ("/* what", true),
        ("puts(\"(\");", false),
        ("}", false),
    ];
    for (text, open) in table {
        assert_eq!(is_open(text), open, "{text}");
    }
    assert_eq!(joined("a \\\nb;"), "a  \nb;");
    assert_eq!(joined("p[0] = 1 /* one */"), "p[0] = 1; /* one */");
    assert_eq!(joined("while (x) { }"), "while (x) { }");
}

#[test]
fn completion_offers_what_runs() {
    let mut scope = Scope::new(Target { page_size: 4096 });
    let source = "char *map_of_mine;";
    let statements = c::parse(source, 0..source.len()).unwrap();
    c::compile(source, &statements[0], &mut scope).unwrap();
    let names = |word| -> Vec<String> {
        let found = candidates(word, scope.variables());
        found.into_iter().map(|candidate| candidate.name).collect()
    };
    assert_eq!(names("mma"), ["mmap"]);
    assert_eq!(names("MAP_ANONYM"), ["MAP_ANONYMOUS"]);
    assert_eq!(names("map_"), ["map_of_mine"]);
    assert_eq!(names("mprotect"), [""; 0]);
    assert!(names("").is_empty());
    assert_eq!(common(&candidates("PROT_R", &[])), "PROT_READ");
    assert_eq!(common(&candidates("MADV_D", &[])), "MADV_DO");
}

#[test]
fn the_word_and_the_function_before_the_cursor_are_found() {
    assert_eq!(word_before("p = mma", 7), "mma");
    assert_eq!(word_before("é=mma(", 6), "mma");
    assert_eq!(word_before("p + ", 4), "");
    let table = [
        ("mmap", Some(("mmap", None))),
        ("p = mmap(", Some(("mmap", Some(0)))),
        ("mmap(NULL, 4 * PAGE, PRO", Some(("mmap", Some(2)))),
        ("mmap(NULL, (4 * PAGE), ", Some(("mmap", Some(2)))),
        ("printf(\"%d\", strlen(p", Some(("strlen", Some(0)))),
        ("mmap(NULL);", None),
        ("for (", None),
    ];
    for (text, expected) in table {
        let found = function_at(text, text.len());
        let found = found.map(|(function, argument)| (function.name, argument));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn rows_are_typed_taken_back_and_recalled() {
    let mut explorer = Explorer::default();
    explorer.insert("for (;;) {\n  x;");
    assert_eq!(explorer.rows, ["for (;;) {"]);
    assert_eq!(explorer.text(), "for (;;) {\n  x;");
    assert_eq!(explorer.place(), explorer.text().len());
    explorer.set("");
    explorer.sent("a;".to_owned());
    explorer.sent("b;\nc;".to_owned());
    explorer.insert("half");
    explorer.recall(false);
    assert_eq!(explorer.text(), "b;\nc;");
    explorer.recall(false);
    explorer.recall(false);
    assert_eq!(explorer.text(), "a;");
    explorer.recall(true);
    explorer.recall(true);
    assert_eq!(explorer.text(), "half");
}

#[test]
fn a_text_is_taken_whole_or_not_at_all() {
    let mut explorer = Explorer::default();
    assert!(explorer.insert(&"p[0] = 1;\n".repeat(10_001)));
    assert_eq!(explorer.rows.len(), 10_001);
    let before = explorer.text();
    assert!(!explorer.insert(&"x".repeat(LONGEST)));
    assert_eq!(explorer.text(), before, "nothing is cut off");
}

#[test]
fn what_did_not_run_comes_back_with_its_mistake() {
    let mut explorer = Explorer::default();
    explorer.sent("main: x;".to_owned());
    explorer.give_back(Some(Diagnostic::new(1..2, "`x` is not known")));
    assert_eq!(explorer.text(), "main: x;");
    let span = explorer.mistake.as_ref().unwrap().span.clone();
    assert_eq!(&explorer.text()[span], "x");
    explorer.insert(" ");
    assert_eq!(explorer.mistake, None);
}

#[test]
fn rows_run_as_pieces_that_end_where_statements_do() {
    let table: [(&str, &[&str]); 9] = [
        ("a;", &["a;"]),
        ("a", &["a"]),
        ("a; b;", &["a; b;"]),
        ("a;\n\nchild: b;", &["a;", "child: b;"]),
        ("char *p =\n mmap(0);\nb;", &["char *p =\n mmap(0);", "b;"]),
        (
            "if (a) {\n}\nelse {\n}\nb;",
            &["if (a) {\n}\nelse {\n}", "b;"],
        ),
        ("do {\n} while (a);\nb;", &["do {\n} while (a);", "b;"]),
        ("do {\n}\nwhile (a);\nb;", &["do {\n}\nwhile (a);", "b;"]),
        (
            "// one\na; // two\n// three",
            &["// one\na; // two\n// three"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(chunks(text), expected, "{text}");
    }
}

#[test]
fn completion_knows_fields_and_what_flags_an_argument_takes() {
    let mut scope = Scope::new(Target { page_size: 4096 });
    for source in ["struct stat st;", "char *p;"] {
        let statements = c::parse(source, 0..source.len()).unwrap();
        c::compile(source, &statements[0], &mut scope).unwrap();
    }
    let names = |text: &str| -> Vec<String> {
        let found = offers(text, text.len(), scope.variables());
        found.into_iter().map(|candidate| candidate.name).collect()
    };
    assert_eq!(names("st.st_si"), ["st_size"]);
    assert!(names("st.").len() > 10);
    assert_eq!(names("p.st"), [""; 0]);
    let rights = [
        "PROT_EXEC",
        "PROT_GROWSDOWN",
        "PROT_GROWSUP",
        "PROT_NONE",
        "PROT_READ",
        "PROT_WRITE",
    ];
    for text in ["mprotect(p, PAGE, ", "mmap(NULL, PAGE, PROT_READ | "] {
        let mut found = names(text);
        found.sort();
        assert_eq!(found, rights, "{text}");
    }
    assert_eq!(
        names("madvise(p, PAGE, MADV_W"),
        ["MADV_WILLNEED", "MADV_WIPEONFORK"]
    );
    assert!(
        names("mmap(NULL, PAGE, PROT_READ, MA")
            .iter()
            .all(|name| name.starts_with("MAP_"))
    );
    assert_eq!(names("mmap(p").first().map(String::as_str), Some("pread"));
    assert_eq!(names(""), [""; 0]);
}
