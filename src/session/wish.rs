//! What the learner wants of a line that is still running, said by one thread and heard by another.

use crate::mem::Control;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A wish: go on, hurry, or stop.
#[derive(Debug)]
pub struct Wish {
    wanted: Mutex<Control>,
    said: Condvar,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            wanted: Mutex::new(Control::Continue),
            said: Condvar::new(),
        }
    }
}

impl Wish {
    /// Says it; a line that pauses is woken.
    pub fn say(&self, control: Control) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = control;
        self.said.notify_all();
    }

    /// Forgets it, before the next line.
    pub fn clear(&self) {
        self.say(Control::Continue);
    }

    /// What was said last.
    pub fn get(&self) -> Control {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `pause`, or until something other than to go on is wanted.
    pub fn wait(&self, pause: Duration) {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let going_on = |wanted: &mut Control| *wanted == Control::Continue;
        drop(self.said.wait_timeout_while(wanted, pause, going_on));
    }
}
