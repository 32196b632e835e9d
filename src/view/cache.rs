//! Under a file's pages: what the page cache has of them, whether they are mapped or not.

use super::text::fit;
use super::theme::Palette;
use crate::app::scene::Freshness;
use crate::mem::{Backing, Reading};
use crate::observe::{CacheState, Mapping};
use ratatui::text::{Line, Span};

/// Whether a mapping has such a row: it shows a file.
pub(super) fn has_row(mapping: &Mapping) -> bool {
    matches!(mapping.vma.backing, Backing::File { .. })
}

/// The row of a mapping, one mark a page, or one for several where there is no room; `before` is the same mapping
/// before the line that is shown.
pub(super) fn row(
    mapping: &Mapping,
    before: Option<&Mapping>,
    (width, palette): (usize, Palette),
) -> Line<'static> {
    let states = match &mapping.cache {
        Reading::Known(states) => states,
        Reading::Unknown(why) => {
            let text = format!("cache ? {why}");
            return Line::from(Span::styled(fit(&text, width), palette.unknown()));
        }
    };
    let (lead, each) = lead(states.len(), width);
    let old = before.and_then(|before| before.cache.known());
    let mut spans = vec![Span::styled(lead, palette.dim())];
    for (index, states) in states.chunks(each).enumerate() {
        let from = index * each;
        let old = old.and_then(|old| old.get(from..from + states.len()));
        let fresh = if old.is_none_or(|old| old == states) {
            Freshness::Old
        } else {
            Freshness::Now
        };
        let (mark, style) = palette.cache(shown(states), fresh);
        spans.push(Span::styled(mark, style));
    }
    Line::from(spans)
}

/// The word before the marks, and how many pages a mark stands for.
fn lead(pages: usize, width: usize) -> (String, usize) {
    let room = |lead: &str| width.saturating_sub(lead.len()).max(1);
    let single = "cache ";
    if pages <= room(single) {
        return (single.to_owned(), 1);
    }
    let mut each = 2;
    loop {
        let lead = format!("cache/{each} ");
        // In a narrow column the marks matter more than how many pages each stands for.
        let lead = if lead.len() * 2 > width {
            single.to_owned()
        } else {
            lead
        };
        if pages.div_ceil(each) <= room(&lead) {
            return (lead, each);
        }
        each *= 2;
    }
}

/// The state that stands for several pages: what must not be overlooked first.
fn shown(states: &[CacheState]) -> CacheState {
    states
        .iter()
        .copied()
        .max_by_key(|state| match state {
            CacheState::NotCached => 0,
            CacheState::Cached => 1,
            CacheState::Writeback => 2,
            CacheState::Dirty => 3,
        })
        .unwrap_or(CacheState::NotCached)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Theme;
    use crate::mem::{Addr, Perms, Range, Vma};

    fn mapping(cache: Reading<Vec<CacheState>>) -> Mapping {
        Mapping {
            vma: Vma {
                range: Range::of(Addr(0x1000), 0x1000),
                perms: Perms::default(),
                offset: 0,
                device: (0, 0),
                inode: 0,
                backing: Backing::File {
                    path: "/x/data.bin".into(),
                    deleted: false,
                },
            },
            own: false,
            usage: Reading::unknown("test"),
            flags: Vec::new(),
            pages: Reading::unknown("test"),
            file_length: None,
            cache,
        }
    }

    fn known(letters: &str) -> Mapping {
        let state = |letter| match letter {
            'c' => CacheState::Cached,
            'd' => CacheState::Dirty,
            'w' => CacheState::Writeback,
            _ => CacheState::NotCached,
        };
        mapping(Reading::Known(letters.chars().map(state).collect()))
    }

    #[test]
    fn a_row_has_a_mark_a_page_or_says_how_many_a_mark_stands_for() {
        let palette = Palette::of(Theme::Mono);
        let table = [
            ("-cdw", 20, "cache ·□◆△"),
            ("--cc--d-", 12, "cache ·□·◆"),
            ("--cc--d-", 8, "cache □◆"),
            ("--cc--d---cc--d---cc", 18, "cache/2 ·□·◆·□·◆·□"),
            ("", 20, "cache "),
        ];
        for (letters, width, expected) in table {
            let line = row(&known(letters), None, (width, palette));
            assert_eq!(line.to_string(), expected);
            assert!(line.width() <= width);
        }
        let unread = mapping(Reading::unknown("no cachestat"));
        let line = row(&unread, None, (40, palette));
        assert_eq!(line.to_string(), "cache ? no cachestat");
    }

    #[test]
    fn what_the_last_line_changed_stands_out() {
        let palette = Palette::of(Theme::Mono);
        let line = row(&known("ccd"), Some(&known("ccc")), (20, palette));
        let styles: Vec<_> = line.spans.iter().skip(1).map(|span| span.style).collect();
        assert_eq!(styles[0], styles[1]);
        assert_ne!(styles[1], styles[2]);
    }
}
