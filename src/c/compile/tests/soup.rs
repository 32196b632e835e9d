//! Random text and random tokens: whatever is typed, nothing panics, and spans stay within the text.

use super::mistake;
use crate::c::tokens::tokenize;
use crate::c::{Scope, Target, observers, parse_expression};
use proptest::prelude::*;

/// Pieces that make soup which often gets far into the compiler.
const PIECES: &[&str] = &[
    "int",
    "char",
    "void",
    "unsigned",
    "struct stat",
    "size_t",
    "const",
    "long",
    "a",
    "b",
    "p",
    "st",
    "1",
    "0",
    "0x10",
    "'c'",
    "\"s\"",
    "\"%d\"",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    "<",
    "==",
    "&&",
    "||",
    "!",
    "~",
    "=",
    "+=",
    ">>=",
    "++",
    "--",
    "?",
    ":",
    ",",
    ";",
    ";",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    "->",
    "sizeof",
    "if",
    "else",
    "for",
    "while",
    "do",
    "break",
    "continue",
    "mmap",
    "malloc",
    "printf",
    "memset",
    "PAGE",
    "NULL",
    "errno",
    "st_size",
    "child",
    "rss",
    "é",
    "@",
    "/*",
    "//",
    "\n",
    "#define x",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_is_survived(text in "\\PC{0,60}") {
        taste(&text);
    }

    #[test]
    fn random_tokens_are_survived(pieces in prop::collection::vec(0..PIECES.len(), 0..25)) {
        let words: Vec<&str> = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        taste(&words.join(" "));
    }
}

fn taste(text: &str) {
    let mut end = 0;
    for token in tokenize(text, 0..text.len()) {
        assert!(token.span.start >= end && token.span.start < token.span.end);
        assert!(text.get(token.span.clone()).is_some());
        end = token.span.end;
    }
    let mut scope = Scope::new(Target { page_size: 512 });
    mistake("int a = 1; long b; char *p; struct stat st;", &mut scope);
    if let Some(mistake) = mistake(text, &mut scope) {
        assert!(mistake.span.end <= text.len());
        mistake.render("t.c", text, false);
    }
    if let Ok(expression) = parse_expression(text, 0..text.len()) {
        let measured = observers::substitute(&expression, &mut |_, _| {
            Ok::<_, ()>((0, crate::c::Type::LONG))
        });
        let _ = crate::c::compile_expression(text, &measured.unwrap(), &scope);
    }
}
