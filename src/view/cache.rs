//! Under each page of a file: what the page cache has of it, whether it is mapped or not.

use super::text::fit;
use super::theme::Palette;
use super::tile::Face;
use crate::app::scene::Freshness;
use crate::mem::{Backing, Reading};
use crate::observe::{CacheState, Mapping};
use ratatui::text::{Line, Span};
use std::ops::Range;

/// Whether the page cache is told of a mapping: it shows a file.
pub(super) fn is_told(mapping: &Mapping) -> bool {
    matches!(mapping.vma.backing, Backing::File { .. })
}

/// Whether each page has a mark of the page cache below it.
pub(super) fn is_known(mapping: &Mapping) -> bool {
    is_told(mapping) && mapping.cache.known().is_some()
}

/// Why there are no marks; `None` where there are, and where there is no file.
pub(super) fn unknown(mapping: &Mapping, width: usize, palette: Palette) -> Option<Line<'static>> {
    match &mapping.cache {
        Reading::Unknown(why) if is_told(mapping) => {
            let text = format!("cache ? {why}");
            Some(Line::from(Span::styled(
                fit(&text, width),
                palette.unknown(),
            )))
        }
        _ => None,
    }
}

/// The mark of some pages of a mapping; `before` is the same mapping before the line that is shown.
pub(super) fn face(
    mapping: &Mapping,
    before: Option<&Mapping>,
    pages: Range<usize>,
    palette: Palette,
) -> Option<Face> {
    let known = mapping.cache.known()?;
    let pages = pages.start.min(known.len())..pages.end.min(known.len());
    let states = known
        .get(pages.clone())
        .filter(|states| !states.is_empty())?;
    let old = before.and_then(|before| before.cache.known()?.get(pages));
    let fresh = if old.is_none_or(|old| old == states) {
        Freshness::Old
    } else {
        Freshness::Now
    };
    let (mark, style) = palette.cache(shown(states), fresh);
    Some(Face { mark, style })
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

    /// The marks of cells of so many pages.
    fn marks(letters: &str, per_cell: usize) -> String {
        let (mapping, palette) = (known(letters), Palette::of(Theme::Mono));
        let cells = (0..letters.len()).step_by(per_cell);
        let marks = cells.map(|start| {
            face(&mapping, None, start..start + per_cell, palette).map_or(" ", |face| face.mark)
        });
        marks.collect()
    }

    #[test]
    fn a_mark_stands_for_a_page_or_for_what_must_not_be_overlooked_of_several() {
        let table = [
            ("-cdw", 1, "·□◆△"),
            ("--cc--d-", 2, "·□·◆"),
            ("--cc--d-", 4, "□◆"),
            ("--cwd", 4, "△◆"),
            ("", 1, ""),
        ];
        for (letters, per_cell, expected) in table {
            assert_eq!(marks(letters, per_cell), expected, "{letters} {per_cell}");
        }
        let palette = Palette::of(Theme::Mono);
        assert!(
            face(&known("cc"), None, 2..3, palette).is_none(),
            "not read"
        );
        let unread = mapping(Reading::unknown("no cachestat"));
        assert!(face(&unread, None, 0..1, palette).is_none());
        let line = unknown(&unread, 40, palette).unwrap();
        assert_eq!(line.to_string(), "cache ? no cachestat");
    }

    #[test]
    fn what_the_last_line_changed_stands_out() {
        let palette = Palette::of(Theme::Mono);
        let (now, before) = (known("ccd"), known("ccc"));
        let style = |page: usize| {
            face(&now, Some(&before), page..page + 1, palette)
                .unwrap()
                .style
        };
        assert_eq!(style(0), style(1));
        assert_ne!(style(1), style(2));
    }
}
