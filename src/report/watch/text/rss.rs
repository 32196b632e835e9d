//! Where RSS goes, as rows of text: its pieces by the names that the screen has for them, what else is known of its
//! pages, and what stands beside it.

use super::super::sums::total;
use crate::mem::{Bytes, Field};
use crate::watch::words::share;
use crate::watch::{Division, Piece, Seen};
use std::fmt::Write;

/// Columns of a name.
const NAME: usize = 36;

/// The part of the text.
pub(super) fn division(seen: &Seen) -> String {
    let mut out = "\nWhere RSS goes\n".to_owned();
    if seen.portrait.is_kernel {
        return out + "  nowhere: threads of the kernel have none\n";
    }
    match &seen.facts.division {
        Some(division) => out.push_str(&parts(division)),
        None => out.push_str("  unknown: neither smaps nor status gives the numbers\n"),
    }
    for (what, bytes) in of_it(seen) {
        out.push_str(&row(&format!("of it: {what}"), bytes));
    }
    for piece in Piece::ALL.into_iter().filter(|piece| !piece.is_in_rss()) {
        let what = format!("beside it: {}", piece.words());
        out.push_str(&row(&what, piece.of(&seen.facts)));
    }
    out
}

/// The pieces, with their shares.
fn parts(division: &Division) -> String {
    let is_shown = |piece: Piece, bytes: u64| bytes > 0 || piece != Piece::FileEither;
    let pieces = Piece::ALL.into_iter().filter_map(|piece| {
        let bytes = piece.of_division(division)?;
        is_shown(piece, bytes).then(|| (piece.words(), bytes))
    });
    let mut out = String::new();
    for (what, bytes) in std::iter::once(("all", division.rss)).chain(pieces) {
        let shown = Bytes(bytes).to_string();
        let share = share(bytes, division.rss);
        let _ = writeln!(out, "  {what:NAME$} {shown:>12} {share:>6}");
    }
    out
}

/// What else is known of the pages of RSS. Of files and shared memory by huge pages only where there are such.
fn of_it(seen: &Seen) -> Vec<(&'static str, Option<u64>)> {
    let mut rows = vec![("anonymous, in huge pages", seen.facts.anonymous_huge)];
    for (what, field) in [
        ("file, by huge pages", Field::FilePmdMapped),
        ("shared memory, by huge pages", Field::ShmemPmdMapped),
    ] {
        if let Ok(bytes @ 1..) = total(&seen.portrait, field) {
            rows.push((what, Some(bytes)));
        }
    }
    rows.push(("locked", seen.facts.locked));
    rows
}

fn row(what: &str, bytes: Option<u64>) -> String {
    let shown = bytes.map_or_else(|| "unknown".to_owned(), |bytes| Bytes(bytes).to_string());
    format!("  {what:NAME$} {shown:>12}\n")
}

#[cfg(test)]
mod tests {
    use super::super::super::sums::tests::portrait;
    use super::*;

    /// The rows without the spaces between.
    fn rows(smaps: Option<&str>) -> Vec<String> {
        let text = division(&Seen::of(portrait(smaps), None));
        let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(squeeze).collect()
    }

    #[test]
    fn pieces_have_the_names_of_the_screen_and_none_is_nothing() {
        let smaps = "1000-2000 rw-p 0 08:01 1 /a\nRss: 4096 kB\nAnonymous: 4092 kB\nShared_Clean: 2000 kB\n\
                     Shared_Dirty: 0 kB\nLazyFree: 0 kB\nAnonHugePages: 2048 kB\nFilePmdMapped: 0 kB\nSwap: 0 kB\n\
                     Locked: 0 kB\n";
        let rows = rows(Some(smaps));
        for row in [
            "all 4 MiB 100 %",
            "anonymous 4092 KiB 99 %",
            "lazily freed 0 0 %",
            "file, others too 0 0 %",
            "file, others or not 4 KiB <1 %",
            "[vdso] and such 0 0 %",
            "of it: anonymous, in huge pages 2 MiB",
            "of it: locked 0",
            "beside it: swapped out 0",
        ] {
            assert!(rows.iter().any(|found| found == row), "{row}: {rows:#?}");
        }
        assert!(!rows.iter().any(|row| row.contains("by huge pages")));
    }

    #[test]
    fn huge_pages_of_files_are_told_where_there_are_such() {
        let smaps = "1000-2000 r--p 0 08:01 1 /a\nRss: 4 kB\nAnonHugePages: 0 kB\nShmemPmdMapped: 4096 kB\n\
                     FilePmdMapped: 2048 kB\n";
        let rows = rows(Some(smaps));
        assert!(
            rows.contains(&"of it: file, by huge pages 2 MiB".to_owned()),
            "{rows:#?}"
        );
        assert!(rows.contains(&"of it: shared memory, by huge pages 4 MiB".to_owned()));
        assert!(rows.contains(&"of it: locked unknown".to_owned()));
    }

    #[test]
    fn what_status_cannot_split_is_no_unknown_of_a_size() {
        let rows = rows(None);
        assert!(
            rows.contains(&"file, others or not 8 KiB 67 %".to_owned()),
            "{rows:#?}"
        );
        assert!(!rows.iter().any(|row| row.contains("others too")));
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_nor_to_all() {
        for (part, whole, told) in [
            (0, 1000, "0 %"),
            (1, 1000, "<1 %"),
            (9, 1000, "<1 %"),
            (10, 1000, "1 %"),
            (999, 1000, "99 %"),
            (1000, 1000, "100 %"),
            (0, 0, "0 %"),
        ] {
            assert_eq!(share(part, whole), told, "{part} of {whole}");
        }
    }
}
