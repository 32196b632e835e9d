//! A child is told by what its parent had, and each by what the others did.

use super::*;

#[test]
fn a_child_is_judged_by_what_its_parent_had() {
    let fork = |minor| call("fork", [0; 6], 101, minor);
    let before = main(vec![anonymous("ppz-")]);
    let child = of(Process::Child(1), 101, vec![anonymous("spz-")]);
    let mut after = main(vec![anonymous("spz-")]);
    after.push(child);
    let outcomes = [
        (Process::Main, outcome(vec![fork(0)])),
        (Process::Child(1), outcome(vec![page(Write, 1)])),
    ];
    let found = changes(&before, &after, &outcomes, size());
    let texts: Vec<&str> = found.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "write to page 1: present, shared since fork -> the kernel copied it (copy-on-write), 1 minor fault, 1.9 us",
            "child (101) was forked from main: it has the same mappings, and no page was copied",
            "fork: 1 page is now shared with child (101)",
        ]
    );
    assert_eq!(found[0].process, Process::Child(1));
}

#[test]
fn a_child_that_ends_within_the_statement_is_judged_by_what_its_parent_had() {
    let before = main(vec![anonymous("pp--")]);
    let outcomes = [
        (Process::Main, outcome(vec![call("fork", [0; 6], 101, 0)])),
        (
            Process::Child(1),
            Outcome {
                ending: Ending::Exited(0),
                ..outcome(vec![
                    call("fork", [0; 6], 0, 0),
                    page(Write, 1),
                    page(Write, 2),
                ])
            },
        ),
    ];
    let told: Vec<_> = changes(&before, &before, &outcomes, size())
        .into_iter()
        .filter(|change| change.process == Process::Child(1))
        .map(|change| (change.cause, change.place))
        .collect();
    let mapping = before[0].mappings[0].vma.range;
    let at = |page| Place::Pages {
        mapping,
        first: page,
        last: page,
    };
    assert_eq!(
        told,
        [
            (Cause::CopyOnWrite, at(1)),
            (Cause::DemandZero, at(2)),
            (Cause::ProcessEnded, Place::Process),
        ]
    );
}

#[test]
fn a_child_that_came_and_went_within_the_statement_is_told_by_what_its_parent_had() {
    let fork = call("fork", [0; 6], 101, 0);
    let child = Outcome {
        ending: Ending::Exited(0),
        ..outcome(vec![page(Write, 0), page(Write, 1)])
    };
    let outcomes = [
        (Process::Main, outcome(vec![fork])),
        (Process::Child(1), child),
    ];
    let world = || main(vec![mapping("rw-s", shared_memory(""), "m---")]);
    let found = changes(&world(), &world(), &outcomes, size());
    let texts: Vec<&str> = found.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "write to pages 0-1: absent -> 2 pages of the shared memory, mapped here, 2 minor faults, 1.9 us each (median)",
            "child exited with status 0: its mappings are gone",
        ]
    );
}

#[test]
fn a_page_that_others_let_go_is_exclusive_again() {
    let two = |mine: &str, its: &str| {
        vec![
            of(Process::Main, 100, vec![anonymous(mine)]),
            of(Process::Child(1), 101, vec![anonymous(its)]),
        ]
    };
    let outcomes = [(Process::Child(1), outcome(vec![page(Write, 1)]))];
    let found = changes(
        &two("ssss", "ssss"),
        &two("spss", "spss"),
        &outcomes,
        size(),
    );
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].process, found[0].cause),
        (Process::Child(1), Cause::CopyOnWrite)
    );
    assert_eq!(
        found[1].text,
        "page 1 is mapped by no other process any more: child has its own copy"
    );

    let exited = Outcome::empty(Ending::Exited(3));
    let found = changes(
        &two("spss", "spss"),
        &main(vec![anonymous("pppp")]),
        &[(Process::Child(1), exited)],
        size(),
    );
    let texts: Vec<&str> = found.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "child exited with status 3: its mappings are gone",
            "3 pages of 0-3 are mapped by no other process any more: child has ended",
        ]
    );
}
