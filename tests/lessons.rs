//! Every lesson's C is C: gcc compiles it with its warnings as errors.

use mmap_tutor::c::builtins::{Effect, FUNCTIONS};
use mmap_tutor::c::constants::names;
use mmap_tutor::c::observers::OBSERVERS;
use mmap_tutor::lesson::{Catalogue, Code, Lesson, Part, Who};
use mmap_tutor::mem::Process;
use std::collections::BTreeMap;
use std::process::Command;

/// What a lesson may use without saying so.
const HEAD: &str = "\
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define PAGE sysconf(_SC_PAGESIZE)
";

/// The blocks of C of a lesson, in order, each with the number of fresh starts before it.
fn blocks(lesson: &Lesson) -> Vec<(usize, &Code)> {
    let mut starts = 0;
    let mut blocks = Vec::new();
    for step in &lesson.steps {
        starts += usize::from(step.options.fresh);
        let codes = step.parts.iter().filter_map(|part| match part {
            Part::Code(code) => Some((starts, code)),
            _ => None,
        });
        blocks.extend(codes);
    }
    blocks
}

/// The functions that a block belongs to, and whether it stands in braces of its own there.
fn functions_of(code: &Code) -> (Vec<String>, bool) {
    let main = || vec!["main".to_owned()];
    match code.who {
        Who::Peers(first, last) => {
            let peer = |number| Process::Peer(number).to_string();
            ((first..=last).map(peer).collect(), false)
        }
        Who::Named(process @ Process::Peer(_)) => (vec![process.to_string()], false),
        Who::Main => (main(), code.race.is_some()),
        // A child's own variables are its own.
        Who::LatestChild | Who::Named(_) => (main(), true),
    }
}

/// The lesson as one C file. What `main` and its children run becomes one function, so that children see the
/// variables they inherit; every peer has a function of its own, and a fresh start begins new ones. Nothing here is
/// meant to be run.
fn as_c(lesson: &Lesson) -> String {
    let mut functions: BTreeMap<String, String> = BTreeMap::new();
    for (starts, code) in blocks(lesson) {
        let (names, braced) = functions_of(code);
        let text = &lesson.source[code.text.clone()];
        for name in names {
            let body = functions.entry(format!("{name} {starts}")).or_default();
            if braced {
                body.extend(["if (getppid() == 1) {\n", text, "}\n"]);
            } else {
                body.push_str(text);
            }
        }
    }
    let mut file = HEAD.to_owned();
    for (name, body) in functions {
        let name = name.replace(' ', "_");
        let head = format!("void play_{name}(void)");
        file.extend([&head, ";\n", &head, "\n{\n", &body, "}\n"]);
    }
    file
}

#[test]
fn gcc_compiles_the_c_of_every_lesson() {
    if Command::new("gcc").arg("--version").output().is_err() {
        println!("SKIPPED: there is no gcc here, so nobody has checked that the lessons are C");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    for lesson in Catalogue::built_in().lessons() {
        let file = directory.path().join(format!("{}.c", lesson.id));
        let text = as_c(&lesson);
        std::fs::write(&file, &text).unwrap();
        let output = Command::new("gcc")
            .args(["-std=gnu17", "-Wall", "-Wextra", "-Werror"])
            .args(["-Wno-unused-variable", "-Wno-unused-but-set-variable"])
            .args(["-fsyntax-only"])
            .arg(&file)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}:\n{told}\n{text}", lesson.id);
    }
}

#[test]
fn every_lesson_keeps_what_lessons_promise() {
    let catalogue = Catalogue::built_in();
    assert!(catalogue.broken().is_empty(), "{:?}", catalogue.broken());
    for lesson in catalogue.lessons() {
        let id = &lesson.id;
        let parts = || lesson.steps.iter().flat_map(|step| &step.parts);
        let questions = parts()
            .filter(|part| matches!(part, Part::Predict(_)))
            .count();
        assert!((4..=8).contains(&lesson.steps.len()), "{id}: steps");
        assert!(questions >= 2, "{id}: {questions} predictions");
        assert!(!lesson.intro.is_empty(), "{id}: no introduction");
        assert!(!lesson.front.claims.is_empty(), "{id}: no claims");
        assert!(!lesson.closing.is_empty(), "{id}: nothing to try");
        for step in &lesson.steps {
            assert!(
                !step.explanation.is_empty(),
                "{id}: {}: no explanation",
                step.title
            );
        }
        assert!(
            lesson.steps.iter().any(|step| !step.notes.is_empty()),
            "{id}: no notes"
        );
    }
}

#[test]
fn the_guide_for_authors_names_all_that_there_is() {
    let guide = include_str!("../lessons/README.md");
    // The words in backticks in the rows of the table below a heading.
    let table = |heading: &str, columns: std::ops::Range<usize>| -> Vec<&str> {
        let (_, section) = guide.split_once(&format!("\n{heading}\n")).unwrap();
        let section = section.split("\n#").next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
        let mut words: Vec<&str> = rows
            .flat_map(|row| row.split('|').skip(1).take(columns.end).skip(columns.start))
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .collect();
        words.sort_unstable();
        words
    };
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    let mut functions: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
    functions.extend(["WIFEXITED", "WEXITSTATUS", "WIFSIGNALED", "WTERMSIG"]);
    assert_eq!(table("### Functions", 1..2), sorted(functions));
    assert_eq!(table("### Constants", 1..2), sorted(names().collect()));
    let observers = table("## What can be asked", 0..1).into_iter();
    let mut observers: Vec<_> = observers
        .filter_map(|usage| usage.split('(').next())
        .collect();
    observers.dedup();
    let known = OBSERVERS.iter().map(|observer| observer.name).collect();
    assert_eq!(observers, sorted(known));
}

#[test]
fn what_may_stand_in_a_rule_is_in_the_guide_for_authors() {
    let guide = include_str!("../lessons/README.md");
    let (_, list) = guide.split_once("only those that change nothing:").unwrap();
    let (list, _) = list.split_once(';').unwrap();
    for function in FUNCTIONS {
        let call = format!("`{}", function.name);
        let stands = list.contains(&format!("{call}`")) || list.contains(&format!("{call}("));
        assert_eq!(stands, function.effect != Effect::Changes, "{call}");
    }
}

#[test]
fn the_example_for_authors_is_a_lesson() {
    let guide = include_str!("../lessons/README.md");
    let (_, rest) = guide.split_once("````markdown\n").unwrap();
    let (example, _) = rest.split_once("````\n").unwrap();
    let lesson = mmap_tutor::lesson::read("00-example.md", example).unwrap();
    assert_eq!(lesson.steps.len(), 1);
}
