//! How many reports may wait for the screen: each may hold snapshots of several MiB, and a player that types thousands
//! of lines is not to run ahead of a slow terminal.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Reports that may wait at once.
const MOST: usize = 4;

/// The reports that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(Arc<(Mutex<usize>, Condvar)>);

/// The place of one of them: free again when it is dropped.
#[derive(Debug)]
pub struct Place(Waiting);

impl Waiting {
    /// A place, as soon as one is free.
    pub(super) fn place(&self) -> Place {
        let (count, freed) = &*self.0;
        let taken = count.lock().unwrap_or_else(PoisonError::into_inner);
        let free = freed.wait_while(taken, |taken| *taken >= MOST);
        *free.unwrap_or_else(PoisonError::into_inner) += 1;
        Place(self.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (count, freed) = &*self.0.0;
        *count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::Duration;

    #[test]
    fn who_finds_no_place_waits_until_one_is_free() {
        let waiting = Waiting::default();
        let mut places: Vec<Place> = (0..MOST).map(|_| waiting.place()).collect();
        let (sender, found) = channel();
        let thread = std::thread::spawn(move || sender.send(waiting.place()));
        let early = found.recv_timeout(Duration::from_millis(50));
        assert_eq!(early.err(), Some(RecvTimeoutError::Timeout));
        places.pop();
        assert!(found.recv().is_ok());
        assert!(thread.join().unwrap().is_ok());
    }
}
