//! The panels of the watch: which one has the keys, and whether it fills the screen.

use crate::watch::Order;
use ratatui::layout::{Position, Rect};

/// A panel that can have the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// What is going on, in plain words.
    #[default]
    Words,
    /// Where RSS goes.
    Rss,
    /// Every VMA.
    Vmas,
    /// The address space to scale.
    Map,
    /// The pages as cells.
    Pages,
    /// The processes below.
    Family,
    /// Page faults, one by one.
    Events,
    /// What the command printed.
    Output,
}

impl Pane {
    /// Every pane, in the order of Tab and of the digits.
    pub const ALL: [Self; 8] = [
        Self::Words,
        Self::Rss,
        Self::Vmas,
        Self::Map,
        Self::Pages,
        Self::Family,
        Self::Events,
        Self::Output,
    ];

    /// Its name in a row of tabs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Rss => "RSS",
            Self::Vmas => "VMAs",
            Self::Map => "map",
            Self::Pages => "pages",
            Self::Family => "processes",
            Self::Events => "faults",
            Self::Output => "output",
        }
    }

    /// The digit that gives it the keys.
    pub fn digit(self) -> usize {
        Self::ALL
            .iter()
            .position(|pane| *pane == self)
            .map_or(0, |at| at + 1)
    }
}

/// How the screen of the watch is arranged.
#[derive(Clone, Debug, Default)]
pub struct Bench {
    /// The panel that has the keys.
    pub focus: Pane,
    /// Whether it fills the body.
    pub zoomed: bool,
    /// Panels that had the keys, the latest last, each once: where several share a place, the latest of them is shown.
    visited: Vec<Pane>,
}

impl Bench {
    /// Gives a panel the keys; whether it had not got them.
    pub fn go(&mut self, pane: Pane) -> bool {
        let was = self.focus;
        self.visited.retain(|visited| *visited != pane);
        self.visited.push(pane);
        self.focus = pane;
        was != pane
    }

    /// Gives the keys to the panel `by` places further, round and round.
    pub fn step(&mut self, by: usize, has_output: bool) {
        let count = Pane::ALL.len() - usize::from(!has_output);
        let here = self.focus.digit() - 1;
        self.go(Pane::ALL[(here + by) % count]);
    }

    /// Which of the panels that share a place is shown there.
    pub fn shown(&self, of: &[Pane]) -> Pane {
        let latest = self.visited.iter().rev().find(|pane| of.contains(pane));
        latest.or(of.first()).copied().unwrap_or_default()
    }
}

/// The cells of the grid on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Where they are.
    pub area: Rect,
    /// How many stand side by side.
    pub across: u16,
    /// How many rows of them there are.
    pub rows: u16,
}

/// What the last frame showed of the watch, for the mouse and for what is to be read next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The panels on the screen, the tabs that lead to others among them.
    pub panes: Vec<(Rect, Pane)>,
    /// Rows of lists that can be clicked, with their index.
    pub items: Vec<(Rect, Pane, usize)>,
    /// Heads of columns that order the list of VMAs when they are clicked.
    pub heads: Vec<(Rect, Order)>,
    /// Rows of the list of VMAs.
    pub rows: usize,
    /// The cells of the grid.
    pub grid: Option<Frame>,
    /// Lines of the map: where, the first address, and bytes of a cell.
    pub strips: Vec<(Rect, u64, u64)>,
}

impl Drawn {
    /// Whether a panel is on the screen; its tab alone, which is a single row, does not count.
    pub fn shows(&self, pane: Pane) -> bool {
        let mut panes = self.panes.iter();
        panes.any(|(area, shown)| *shown == pane && area.height > 1)
    }

    /// The panel under a place of the screen: the smallest, as tabs lie in others.
    pub fn pane_at(&self, place: Position) -> Option<Pane> {
        let under = self.panes.iter().filter(|(area, _)| area.contains(place));
        under
            .min_by_key(|(area, _)| area.area())
            .map(|(_, pane)| *pane)
    }

    /// The row of a list under a place of the screen.
    pub fn item_at(&self, place: Position) -> Option<(Pane, usize)> {
        let hit = self.items.iter().find(|(area, ..)| area.contains(place));
        hit.map(|(_, pane, index)| (*pane, *index))
    }

    /// The order that the head of a column under a place of the screen stands for.
    pub fn order_at(&self, place: Position) -> Option<Order> {
        let hit = self.heads.iter().find(|(area, _)| area.contains(place));
        hit.map(|(_, order)| *order)
    }

    /// The address under a place of the map.
    pub fn address_at(&self, place: Position) -> Option<u64> {
        let (area, start, cell) = self.strips.iter().find(|(area, ..)| area.contains(place))?;
        Some(start + u64::from(place.x - area.x) * cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_that_share_a_place_take_turns() {
        let mut bench = Bench::default();
        let shared = [Pane::Words, Pane::Family, Pane::Events];
        assert_eq!(bench.shown(&shared), Pane::Words);
        bench.go(Pane::Events);
        bench.go(Pane::Vmas);
        assert_eq!(bench.shown(&shared), Pane::Events);
        bench.go(Pane::Words);
        assert_eq!(bench.shown(&shared), Pane::Words);
    }

    #[test]
    fn tab_goes_round_and_leaves_out_what_is_not_there() {
        for (has_output, count) in [(true, 8), (false, 7)] {
            let mut bench = Bench::default();
            for _ in 0..count {
                bench.step(1, has_output);
            }
            assert_eq!(bench.focus, Pane::Words);
            bench.step(count - 1, has_output);
            assert_eq!(bench.focus, Pane::ALL[count - 1]);
        }
    }
}
