//! The home screen's state: which lesson is chosen, and the search that narrows the list.

use crate::lesson::Card;

/// The list of lessons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// Index of the chosen lesson among all lessons.
    pub chosen: usize,
    /// What is searched for; `None` when the search is closed.
    pub search: Option<String>,
}

impl Home {
    /// Indices of the lessons that the search leaves over.
    pub fn listed(&self, lessons: &[Card]) -> Vec<usize> {
        let wanted = self.search.as_deref().unwrap_or_default().to_lowercase();
        let fits = |card: &Card| {
            let text = format!("{} {} {}", card.id, card.front.title, card.front.summary);
            text.to_lowercase().contains(&wanted)
        };
        let all = lessons.iter().enumerate();
        all.filter(|(_, card)| fits(card))
            .map(|(index, _)| index)
            .collect()
    }

    /// Moves the choice by `by` places within what is listed.
    pub fn walk(&mut self, by: isize, lessons: &[Card]) {
        let listed = self.listed(lessons);
        let here = listed.iter().position(|index| *index == self.chosen);
        let last = listed.len().saturating_sub(1);
        let place = here.unwrap_or(0).saturating_add_signed(by).min(last);
        if let Some(index) = listed.get(place) {
            self.chosen = *index;
        }
    }

    /// Changes the search; the choice stays on the list.
    pub fn set_search(&mut self, search: Option<String>, lessons: &[Card]) {
        self.search = search;
        let listed = self.listed(lessons);
        if !listed.contains(&self.chosen)
            && let Some(first) = listed.first()
        {
            self.chosen = *first;
        }
    }
}

/// The number of a lesson as its id has it: `06` of `06-fork-copy-on-write`; empty when it has none.
pub fn number(id: &str) -> &str {
    let head = id.split('-').next().unwrap_or_default();
    if head.chars().all(|c| c.is_ascii_digit()) {
        head
    } else {
        ""
    }
}
