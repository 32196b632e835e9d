//! The bytes of pages as they were when somebody looked: asked for while a page is on the screen, a few kept, none
//! guessed.
//!
//! Only of pages that can be read without changing anything, and only between two lines: then what came is what the
//! moment on the screen holds. Of an earlier moment nothing is known but what was looked at then.

use super::cursor::Cursor;
use crate::app::scene::Scene;
use crate::app::take::{Activity, Take};
use crate::mem::{Contents, Reading};
use crate::observe::refusal;
use std::collections::VecDeque;

/// How many pages are kept.
const KEPT: usize = 64;

/// A page at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    cursor: Cursor,
    moment: usize,
}

/// What was read of pages, the latest last.
#[derive(Clone, Debug, Default)]
pub struct Dumps {
    kept: VecDeque<(Place, Reading<Contents>)>,
    asked: Option<Place>,
}

/// What can be shown of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight<'a> {
    /// Its bytes.
    Bytes(&'a Contents),
    /// Why they are not read.
    Refused(&'a str),
    /// They are not here yet.
    Waiting,
    /// An earlier moment, at which nobody looked.
    Past,
}

/// What can be shown of a page at the moment on the screen.
pub fn sight(take: &Take, cursor: Cursor) -> Sight<'_> {
    let moment = take.shown();
    let place = Place { cursor, moment };
    let kept = take.dumps.kept.iter().find(|(kept, _)| *kept == place);
    match kept {
        Some((_, Reading::Known(contents))) => return Sight::Bytes(contents),
        Some((_, Reading::Unknown(why))) => return Sight::Refused(why),
        None => {}
    }
    let refused = Scene::of(take).and_then(|scene| {
        let (mapping, size) = super::cursor::mapping(&scene, cursor)?;
        let index = (cursor.address.0 - mapping.vma.range.start.0) / size.max(1);
        let pages = mapping.pages.known()?;
        refusal(&mapping.vma, pages.state(index))
    });
    match refused {
        Some(why) => Sight::Refused(why),
        None if take.back().is_some() => Sight::Past,
        None => Sight::Waiting,
    }
}

/// The page whose bytes are to be asked for now: one that is looked at, is there, and was not asked for yet.
pub fn ask(take: &mut Take) -> Option<Cursor> {
    let cursor = take.cursor()?;
    let is_idle = matches!(take.activity, Activity::Idle);
    if !is_idle || take.back().is_some() || sight(take, cursor) != Sight::Waiting {
        return None;
    }
    let moment = take.shown();
    let place = Place { cursor, moment };
    if take.dumps.asked == Some(place) || take.timeline.is_empty() {
        return None;
    }
    take.dumps.asked = Some(place);
    Some(cursor)
}

impl Dumps {
    /// Takes in what was read of a page that was asked for.
    pub fn keep(&mut self, cursor: Cursor, contents: Reading<Contents>) {
        let Some(place) = self.asked.filter(|asked| asked.cursor == cursor) else {
            return;
        };
        self.kept.retain(|(kept, _)| *kept != place);
        self.kept.push_back((place, contents));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }
}
