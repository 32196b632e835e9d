//! A lesson as a list has it: its id and front matter now, the whole of it when somebody asks.
//!
//! The program starts with a list, and reading all the Markdown and C of every lesson would be most of what the learner
//! waits for. What is built in is not checked here: a test reads and checks every lesson of the program.

use super::model::{Front, Lesson};
use super::read::{Broken, front, id, read_bytes};
use std::sync::{Arc, OnceLock};

/// A card of the catalogue.
#[derive(Debug)]
pub struct Card {
    /// The lesson's id.
    pub id: String,
    /// Its front matter.
    pub front: Front,
    text: Text,
    whole: OnceLock<Result<Arc<Lesson>, Broken>>,
}

/// Where the lesson is read from when it is asked for.
#[derive(Clone, Copy, Debug)]
struct Text {
    file: &'static str,
    source: &'static str,
}

impl Card {
    /// The card of a lesson of the program; an error when even its front matter cannot be read.
    pub(super) fn of(file: &'static str, source: &'static str) -> Result<Self, Broken> {
        Ok(Self {
            id: id(file),
            front: front(&named(file), source)?,
            text: Text { file, source },
            whole: OnceLock::new(),
        })
    }

    /// The lesson, read when it is asked for the first time. An error says what is wrong with it: never so of one
    /// that is built in.
    pub fn lesson(&self) -> Result<&Arc<Lesson>, &Broken> {
        let Text { file, source } = self.text;
        let read = || read_bytes(&named(file), source.as_bytes()).map(Arc::new);
        self.whole.get_or_init(read).as_ref()
    }
}

/// A file of the program as diagnostics say it: where it is in the source.
fn named(file: &str) -> String {
    format!("lessons/{file}")
}

impl From<Arc<Lesson>> for Card {
    fn from(lesson: Arc<Lesson>) -> Self {
        Self {
            id: lesson.id.clone(),
            front: lesson.front.clone(),
            // Never read: the lesson is there.
            text: Text {
                file: "",
                source: "",
            },
            whole: OnceLock::from(Ok(lesson)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::catalogue::BUILT_IN;

    #[test]
    fn a_card_says_what_its_lesson_says_and_reads_it_once() {
        for (file, source) in BUILT_IN {
            let card = Card::of(file, source).unwrap();
            assert!(card.whole.get().is_none(), "{file} was read for the list");
            let lesson = card.lesson().unwrap();
            assert_eq!((&card.id, &card.front), (&lesson.id, &lesson.front));
            assert!(Arc::ptr_eq(lesson, card.lesson().unwrap()));
        }
    }

    #[test]
    fn a_front_matter_that_is_broken_makes_no_card() {
        let broken = Card::of("01-a.md", "+++\ntitle = 1\n+++\n## A\n").unwrap_err();
        assert!(broken.to_string().contains("01-a.md:2"), "{broken}");
    }
}
