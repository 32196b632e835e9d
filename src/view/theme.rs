//! Colours and marks: every meaning has both, so that none is told by colour alone.
//!
//! The hues are those of Okabe and Ito, which people with any kind of colour vision tell apart, taken from the 256
//! indexed colours that every terminal of the last twenty years has.

use crate::app::Theme;
use crate::app::scene::Freshness;
use crate::c::tokens::Class;
use crate::mem::PageState;
use crate::observe::CacheState;
use crate::session::timeline::Kind;
use crate::watch::{Piece, space};
use ratatui::style::{Color, Modifier, Style};

/// The hues in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hue {
    Grey,
    Sky,
    Green,
    Orange,
    Blue,
    Purple,
    Red,
}

/// The styles of a theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    theme: Theme,
}

impl Palette {
    /// The palette of a theme.
    pub fn of(theme: Theme) -> Self {
        Self { theme }
    }

    fn pick(self, dark: u8, light: u8) -> Style {
        match self.theme {
            Theme::Dark => Style::new().fg(Color::Indexed(dark)),
            Theme::Light => Style::new().fg(Color::Indexed(light)),
            Theme::Mono => Style::new(),
        }
    }

    /// Text to be read.
    pub fn text(self) -> Style {
        self.pick(252, 235)
    }

    /// Text that matters less.
    pub fn dim(self) -> Style {
        match self.theme {
            Theme::Mono => Style::new().add_modifier(Modifier::DIM),
            _ => self.pick(245, 242),
        }
    }

    /// Lines between panels.
    pub fn rule(self) -> Style {
        match self.theme {
            Theme::Mono => Style::new().add_modifier(Modifier::DIM),
            _ => self.pick(239, 250),
        }
    }

    /// A heading.
    pub fn heading(self) -> Style {
        self.pick(231, 16).add_modifier(Modifier::BOLD)
    }

    /// What has the keys, what is next, what can be chosen.
    pub fn accent(self) -> Style {
        self.pick(80, 24).add_modifier(Modifier::BOLD)
    }

    /// Code inside prose, keys in the footer.
    pub fn code(self) -> Style {
        self.pick(153, 25)
    }

    /// What just changed.
    pub fn changed(self) -> Style {
        self.pick(221, 130).add_modifier(Modifier::BOLD)
    }

    /// What holds, what is done.
    pub fn good(self) -> Style {
        self.pick(79, 29).add_modifier(Modifier::BOLD)
    }

    /// What does not hold, what went wrong.
    pub fn bad(self) -> Style {
        self.pick(209, 160).add_modifier(Modifier::BOLD)
    }

    /// What is not known.
    pub fn unknown(self) -> Style {
        self.pick(176, 90).add_modifier(Modifier::ITALIC)
    }

    /// Something chosen in a list.
    pub fn chosen(self) -> Style {
        match self.theme {
            Theme::Dark => Style::new()
                .fg(Color::Indexed(231))
                .bg(Color::Indexed(237))
                .add_modifier(Modifier::BOLD),
            Theme::Light => Style::new()
                .fg(Color::Indexed(16))
                .bg(Color::Indexed(253))
                .add_modifier(Modifier::BOLD),
            Theme::Mono => Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    /// A banner across the screen.
    pub fn banner(self) -> Style {
        match self.theme {
            Theme::Mono => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            _ => Style::new()
                .fg(Color::Indexed(16))
                .bg(Color::Indexed(221))
                .add_modifier(Modifier::BOLD),
        }
    }

    /// A token of C.
    pub fn token(self, class: Class) -> Style {
        match class {
            Class::Keyword => self.pick(176, 90),
            Class::Type => self.pick(79, 29),
            Class::Function => self.pick(117, 25).add_modifier(Modifier::BOLD),
            Class::Constant => self.pick(180, 94),
            Class::Number | Class::Character | Class::String => self.pick(215, 130),
            Class::Comment | Class::Directive => self.dim().add_modifier(Modifier::ITALIC),
            Class::Error => self.bad(),
            Class::Identifier | Class::Operator => self.text(),
        }
    }

    /// A page: its mark, and how it looks.
    pub fn page(self, state: PageState, fresh: Freshness) -> (&'static str, Style) {
        let (mark, hue) = page_mark(state);
        (mark, self.tile(hue, fresh))
    }

    /// A page of a file in the page cache: its mark, and how it looks.
    pub fn cache(self, state: CacheState, fresh: Freshness) -> (&'static str, Style) {
        let (mark, hue) = match state {
            CacheState::NotCached => ("·", Hue::Grey),
            CacheState::Cached => ("□", Hue::Blue),
            CacheState::Dirty => ("◆", Hue::Orange),
            CacheState::Writeback => ("△", Hue::Sky),
        };
        (mark, self.tile(hue, fresh))
    }

    /// A kind of VMA on a map: its mark, and how it looks.
    pub fn kind(self, kind: space::Kind) -> (&'static str, Style) {
        let (mark, hue) = match kind {
            space::Kind::Code => ("▥", Hue::Blue),
            space::Kind::File => ("▤", Hue::Blue),
            space::Kind::Heap => ("▲", Hue::Green),
            space::Kind::Anonymous => ("■", Hue::Green),
            space::Kind::SharedMemory => ("◇", Hue::Purple),
            space::Kind::Stack => ("▼", Hue::Green),
            space::Kind::Special => ("○", Hue::Sky),
            space::Kind::Forbidden => ("╌", Hue::Grey),
        };
        (mark, self.tile(hue, Freshness::Old))
    }

    /// A piece of the bar of RSS: its mark, and how it looks.
    pub fn piece(self, piece: Piece) -> (&'static str, Style) {
        let (mark, hue) = match piece {
            Piece::Anonymous => ("■", Hue::Green),
            Piece::LazyFree => ("□", Hue::Green),
            Piece::FileShared => ("▦", Hue::Blue),
            Piece::FileAlone | Piece::FileEither => ("▤", Hue::Blue),
            Piece::SharedMemory => ("◇", Hue::Purple),
            Piece::Other => ("○", Hue::Sky),
            Piece::PageTables => ("≡", Hue::Orange),
            Piece::Swap => ("▽", Hue::Red),
            Piece::Hugetlb => ("▣", Hue::Orange),
        };
        (mark, self.tile(hue, Freshness::Old))
    }

    /// A line on the strip of moments: its mark, and how it looks.
    pub fn moment(self, kind: Kind) -> (&'static str, Style) {
        let (mark, hue) = moment_mark(kind);
        let (dark, light) = shades(hue);
        let style = self.pick(dark, light);
        match kind {
            Kind::Quiet | Kind::Minor => (mark, style),
            _ => (mark, style.add_modifier(Modifier::BOLD)),
        }
    }

    /// A page that changed is a bright tile with a dark mark; one that did not, a dim tile with a bright mark.
    fn tile(self, hue: Hue, fresh: Freshness) -> Style {
        let (dark, light) = shades(hue);
        let (dark_tint, light_tint) = tints(hue);
        let tint = match self.theme {
            Theme::Dark => Style::new().bg(Color::Indexed(dark_tint)),
            Theme::Light => Style::new().bg(Color::Indexed(light_tint)),
            Theme::Mono => Style::new(),
        };
        let bold = Modifier::BOLD;
        match (self.theme, fresh) {
            (Theme::Mono, Freshness::Old) => Style::new(),
            (Theme::Mono, Freshness::Line) => Style::new().add_modifier(bold),
            (Theme::Mono, Freshness::Now) => Style::new().add_modifier(bold | Modifier::REVERSED),
            (_, Freshness::Old) => self.pick(dark, light).patch(tint),
            (_, Freshness::Line) => self.pick(dark, light).patch(tint).add_modifier(bold),
            (Theme::Dark, Freshness::Now) => Style::new()
                .fg(Color::Indexed(16))
                .bg(Color::Indexed(dark))
                .add_modifier(bold),
            (Theme::Light, Freshness::Now) => Style::new()
                .fg(Color::Indexed(231))
                .bg(Color::Indexed(light))
                .add_modifier(bold),
        }
    }
}

/// The hue on a dark and on a light background.
fn shades(hue: Hue) -> (u8, u8) {
    match hue {
        Hue::Grey => (242, 246),
        Hue::Sky => (117, 31),
        Hue::Green => (79, 29),
        Hue::Orange => (214, 130),
        Hue::Blue => (75, 25),
        Hue::Purple => (176, 90),
        Hue::Red => (209, 160),
    }
}

/// The background of a tile that did not change, dark and light.
fn tints(hue: Hue) -> (u8, u8) {
    match hue {
        Hue::Grey => (234, 255),
        Hue::Sky => (24, 195),
        Hue::Green => (23, 194),
        Hue::Orange => (94, 223),
        Hue::Blue => (18, 189),
        Hue::Purple => (54, 225),
        Hue::Red => (52, 224),
    }
}

/// The mark and the hue of each kind of line.
fn moment_mark(kind: Kind) -> (&'static str, Hue) {
    match kind {
        Kind::Quiet => ("·", Hue::Grey),
        Kind::Minor => ("▪", Hue::Green),
        Kind::Copied => ("◆", Hue::Orange),
        Kind::Major => ("▲", Hue::Blue),
        Kind::Race => ("≡", Hue::Sky),
        Kind::Forked => ("Y", Hue::Purple),
        Kind::Failed => ("✗", Hue::Red),
        Kind::Ended => ("†", Hue::Red),
        Kind::Raised => ("!", Hue::Red),
    }
}

/// The mark and the hue of each state.
fn page_mark(state: PageState) -> (&'static str, Hue) {
    match state {
        PageState::Absent => ("·", Hue::Grey),
        PageState::Zero => ("○", Hue::Sky),
        PageState::Private => ("■", Hue::Green),
        PageState::Shared => ("◧", Hue::Orange),
        PageState::File => ("▤", Hue::Blue),
        PageState::FileShared => ("▦", Hue::Blue),
        PageState::Shmem => ("◇", Hue::Purple),
        PageState::ShmemShared => ("◈", Hue::Purple),
        PageState::Swapped => ("▽", Hue::Red),
        PageState::Guard => ("╳", Hue::Red),
        PageState::ZeroOrShared => ("◌", Hue::Sky),
        PageState::Unknown => ("?", Hue::Grey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_state_has_a_mark_of_its_own_one_cell_wide() {
        let marks: HashSet<_> = PageState::ALL.iter().map(|s| page_mark(*s).0).collect();
        assert_eq!(marks.len(), PageState::ALL.len());
        assert!(marks.iter().all(|mark| mark.width() == 1));
    }

    #[test]
    fn every_kind_of_line_has_a_mark_of_its_own_one_cell_wide() {
        let marks: HashSet<_> = Kind::ALL.iter().map(|kind| moment_mark(*kind).0).collect();
        assert_eq!(marks.len(), Kind::ALL.len());
        assert!(marks.iter().all(|mark| mark.width() == 1));
    }

    #[test]
    fn a_changed_page_looks_different_in_every_theme() {
        for theme in [Theme::Dark, Theme::Light, Theme::Mono] {
            for state in PageState::ALL {
                let palette = Palette::of(theme);
                let styles = [Freshness::Old, Freshness::Line, Freshness::Now]
                    .map(|fresh| palette.page(state, fresh).1);
                assert_ne!(styles[0], styles[1], "{theme:?} {state:?}");
                assert_ne!(styles[1], styles[2], "{theme:?} {state:?}");
            }
        }
    }

    #[test]
    fn without_colour_no_style_has_a_colour() {
        let palette = Palette::of(Theme::Mono);
        let styles = [
            palette.text(),
            palette.dim(),
            palette.rule(),
            palette.heading(),
            palette.accent(),
            palette.code(),
            palette.changed(),
            palette.good(),
            palette.bad(),
            palette.unknown(),
            palette.chosen(),
            palette.banner(),
            palette.page(PageState::Private, Freshness::Now).1,
        ];
        assert!(
            styles
                .iter()
                .all(|style| style.fg.is_none() && style.bg.is_none())
        );
    }
}
