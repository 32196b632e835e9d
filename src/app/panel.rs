//! The panels of the lesson screen: which one has the keys, what is zoomed, how far each is scrolled.
//!
//! The view decides where panels lie and how long their text is; it hands that back as [`Seen`], so that a click finds
//! its panel and scrolling stops at the end.

use super::explorer::cursor::{Cursor, Strides};
use super::strip::Cell;
use super::watching::pane::Drawn;
use crate::mem::{Addr, Process};
use ratatui::layout::{Position, Rect};
use std::collections::HashMap;

/// A panel of the lesson screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Panel {
    /// Prose, code, question, explanation.
    #[default]
    Reading,
    /// The page grids.
    Pages,
    /// `/proc/<pid>/maps`.
    Maps,
    /// Faults and smaps.
    Counters,
    /// The sentences of the last change.
    Voice,
}

impl Panel {
    /// Every panel, in the order Tab visits them.
    pub const ALL: [Self; 5] = [
        Self::Reading,
        Self::Pages,
        Self::Maps,
        Self::Counters,
        Self::Voice,
    ];

    /// The panel `by` places further, round and round.
    #[must_use]
    pub fn step(self, by: usize) -> Self {
        let here = Self::ALL
            .iter()
            .position(|panel| *panel == self)
            .unwrap_or(0);
        Self::ALL[(here + by) % Self::ALL.len()]
    }
}

/// How far a panel is scrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scroll {
    /// The view keeps what matters now on the screen.
    #[default]
    Follow,
    /// The learner chose the first row.
    At(u16),
}

/// What the mouse does with the strip of moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Hand {
    /// It is elsewhere.
    #[default]
    Away,
    /// It points at a cell.
    Over(Cell),
    /// It is held down, and goes along it.
    Scrubbing,
}

/// How the lesson screen is arranged.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// The panel that has the keys.
    pub focus: Panel,
    /// Whether that panel fills the body.
    pub zoomed: bool,
    /// The process whose maps are shown, when chosen by hand.
    pub process: Option<Process>,
    /// Whether the program's own lines of maps are shown one by one.
    pub own_rows: bool,
    /// Whether speaker notes are shown.
    pub notes: bool,
    /// The mouse on the strip of moments.
    pub hand: Hand,
    scrolls: HashMap<Panel, Scroll>,
}

impl Desk {
    /// How far `panel` is scrolled.
    pub fn scroll(&self, panel: Panel) -> Scroll {
        self.scrolls.get(&panel).copied().unwrap_or_default()
    }

    /// Scrolls `panel` to `row`.
    pub fn scroll_to(&mut self, panel: Panel, row: u16) {
        self.scrolls.insert(panel, Scroll::At(row));
    }

    /// Shows what is new from its beginning; every other panel follows what happens.
    pub fn from_the_top(&mut self) {
        self.follow();
        self.scroll_to(Panel::Reading, 0);
    }

    /// Lets every panel follow what happens again.
    pub fn follow(&mut self) {
        self.scrolls.clear();
    }
}

/// Where a panel was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenPanel {
    /// Which.
    pub panel: Panel,
    /// Its place on the screen.
    pub area: Rect,
    /// The first row of its text that is shown.
    pub offset: u16,
    /// The largest offset that makes sense.
    pub limit: u16,
    /// Rows of what is to be read now that lie below what is shown.
    pub unread: u16,
}

impl SeenPanel {
    /// The first row to show next, where something is left to be read: what was last on the screen stays in sight.
    pub fn read_on(&self) -> Option<u16> {
        let page = self.area.height.saturating_sub(2).max(1);
        (self.unread > 0).then(|| self.limit.min(self.offset + page.min(self.unread)))
    }
}

/// Where the strip of moments was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenStrip {
    /// Its place on the screen.
    pub area: Rect,
    /// Its cells, from left to right.
    pub cells: Vec<Cell>,
}

impl SeenStrip {
    /// The cell under a place of the screen.
    pub fn cell_at(&self, column: u16, row: u16) -> Option<&Cell> {
        let inside = self.area.contains(Position::new(column, row));
        self.cell_along(column).filter(|_| inside)
    }

    /// The cell nearest to a column, in whatever row.
    pub fn cell_along(&self, column: u16) -> Option<&Cell> {
        let last = self.cells.len().checked_sub(1)?;
        let place = usize::from(column.saturating_sub(self.area.x)).min(last);
        self.cells.get(place)
    }
}

/// Where the pages of a mapping were drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenPages {
    /// Whose.
    pub process: Process,
    /// The first byte of the first page.
    pub start: Addr,
    /// Bytes of a page.
    pub page: u64,
    /// How many pages there are.
    pub count: u64,
    /// Pages that one cell stands for.
    pub per_cell: u64,
    /// Cells in a row.
    pub across: u16,
    /// Columns and rows of a cell, the gap to the next included.
    pub cell: (u16, u16),
    /// Column and row of the first cell; above the screen when scrolled there.
    pub origin: (u16, i32),
    /// What is on the screen of it.
    pub clip: Rect,
}

impl SeenPages {
    /// The page under a place of the screen; of a cell of several, the first.
    fn at(&self, column: u16, row: u16) -> Option<Cursor> {
        if !self.clip.contains(Position::new(column, row)) {
            return None;
        }
        let across = column.checked_sub(self.origin.0)? / self.cell.0.max(1);
        let down =
            u64::try_from(i32::from(row) - self.origin.1).ok()? / u64::from(self.cell.1.max(1));
        if across >= self.across {
            return None;
        }
        let page = (down * u64::from(self.across) + u64::from(across)) * self.per_cell;
        (page < self.count).then(|| Cursor {
            process: self.process,
            address: Addr(self.start.0 + page * self.page),
        })
    }
}

/// What the last frame showed, for the mouse and for scrolling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The panels on the screen.
    pub panels: Vec<SeenPanel>,
    /// Rows of a list that can be clicked, with their index.
    pub items: Vec<(Rect, usize)>,
    /// The strip of moments, where it is on the screen.
    pub strip: Option<SeenStrip>,
    /// The pages of each mapping on the grid.
    pub pages: Vec<SeenPages>,
    /// How pages lie around the cursor of the grid.
    pub strides: Option<Strides>,
    /// What the watch showed.
    pub watch: Drawn,
    /// The largest offset of the page that lies over the screen (help, legend).
    pub overlay_limit: u16,
}

impl Seen {
    /// The panel drawn last time, if it was.
    pub fn panel(&self, panel: Panel) -> Option<&SeenPanel> {
        self.panels.iter().find(|seen| seen.panel == panel)
    }

    /// The panel under a place of the screen.
    pub fn panel_at(&self, column: u16, row: u16) -> Option<&SeenPanel> {
        let place = Position::new(column, row);
        self.panels.iter().find(|seen| seen.area.contains(place))
    }

    /// The page under a place of the screen.
    pub fn page_at(&self, column: u16, row: u16) -> Option<Cursor> {
        self.pages.iter().find_map(|pages| pages.at(column, row))
    }

    /// The index of the list row under a place of the screen.
    pub fn item_at(&self, column: u16, row: u16) -> Option<usize> {
        let place = Position::new(column, row);
        let hit = self.items.iter().find(|(area, _)| area.contains(place));
        hit.map(|(_, index)| *index)
    }
}
