//! Accesses that were refused, and signals that no access raised.

use super::*;

#[test]
fn refusals_say_why() {
    let mut short = at(P + 0x100_000, "rw-s", file(), "---");
    short.file_length = Some(100);
    let after = main(vec![
        mapping("r--p", Backing::Anonymous, "----"),
        at(P + 0x10_000, "---p", Backing::Anonymous, "-"),
        at(P + 0x20_000, "rw-p", Backing::Anonymous, "gg-"),
        short,
    ]);
    let table = [
        (
            Write,
            P + 3 * PAGE,
            11,
            2,
            "write to page 3: segmentation fault (SEGV_ACCERR): page 3 is mapped r--p: writing is not allowed",
        ),
        (
            Execute,
            P,
            11,
            2,
            "call into page 0: segmentation fault (SEGV_ACCERR): page 0 is mapped r--p: running code there is not allowed",
        ),
        (
            Read,
            P + 0x10_000,
            11,
            2,
            "read of page 0: segmentation fault (SEGV_ACCERR): page 0 is mapped ---p (PROT_NONE): no access is allowed",
        ),
        (
            Read,
            P + 0x21_000,
            11,
            1,
            "read of page 1: segmentation fault (SEGV_MAPERR): page 1 is a guard page: no access is allowed",
        ),
        (
            Write,
            0,
            11,
            1,
            "write to 0x0: segmentation fault (SEGV_MAPERR): the address is NULL: nothing is mapped there",
        ),
        (
            Read,
            16,
            11,
            1,
            "read of 0x10: segmentation fault (SEGV_MAPERR): 0x10 is NULL plus 16: nothing is mapped there",
        ),
        (
            Write,
            P + 4 * PAGE,
            11,
            1,
            "write to 0x1000004000: segmentation fault (SEGV_MAPERR): just past the end of the mapping at 0x1000000000, which has 4 pages: nothing is mapped there",
        ),
        (
            Write,
            P - 1,
            11,
            1,
            "write to 0xfffffffff: segmentation fault (SEGV_MAPERR): just before the mapping at 0x1000000000: nothing is mapped there",
        ),
        (
            Read,
            0x5000_0000,
            11,
            1,
            "read of 0x50000000: segmentation fault (SEGV_MAPERR): nothing is mapped at 0x50000000",
        ),
        (
            Read,
            P + 0x102_000,
            7,
            2,
            "read of page 2: bus error (BUS_ADRERR): beyond the end of the file: the file has 1 page, this is page 2",
        ),
    ];
    for (kind, address, number, code, sentence) in table {
        assert_eq!(
            told(&after, &after, vec![signal(kind, address, number, code)]),
            [sentence]
        );
    }
    let before = main(vec![anonymous("p")]);
    let acts = vec![signal(Read, P, 11, 1)];
    assert!(told(&before, &main(vec![]), acts)[0].ends_with("nothing is mapped there any more"));
}

#[test]
fn a_signal_that_no_access_raised_is_told_too() {
    let raised = |number, code| {
        let signal = Signal {
            number,
            code,
            address: Addr(0),
        };
        let outcome = Outcome {
            ending: Ending::Signal(signal),
            ..outcome(vec![])
        };
        let world = main(vec![anonymous("p")]);
        let found = changes(&world, &world, &[(Process::Main, outcome)], size());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].cause, Cause::OtherSignal);
        found[0].text.clone()
    };
    assert!(raised(8, 1).contains("divided by zero"));
    assert!(raised(15, 0).ends_with("sent itself SIGTERM: it would have ended here"));
    let stopped = "sent itself SIGSTOP: it would have stopped here, until a SIGCONT";
    assert!(raised(19, 0).ends_with(stopped));
    assert!(raised(5, 128).contains("SIGTRAP (SI_KERNEL)"));
}
