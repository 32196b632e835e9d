//! What is said of a watched process in plain words: made anew from what was read last, the chosen sentence kept.

use super::Watching;
use crate::mem::{Bytes, Reading};
use crate::watch::facts::Known;
use crate::watch::{Facts, Topic, Word, words};

impl Watching {
    /// The numbers that sentences are made of, by what was read so far.
    pub(super) fn conclude(&self) -> Facts {
        let sizes = self.sizes.as_ref();
        Facts::from(&Known {
            is_kernel: self.subject.is_kernel,
            status: self.status.as_ref().and_then(Reading::known),
            areas: sizes.map(|sizes| match &sizes.value {
                Reading::Known(areas) => Ok(areas.as_ref()),
                Reading::Unknown(why) => Err(why.as_str()),
            }),
            kin: self.family.as_deref().unwrap_or_default(),
            faults: self
                .history
                .latest()
                .map(|counters| counters.faults)
                .unwrap_or_default(),
            most_vmas: self.subject.most_vmas,
        })
    }

    /// Makes the sentences anew. Where the sizes are as they were, so are the facts made of them.
    pub(super) fn retell(&mut self, sized: bool) {
        if !sized && self.areas().is_none() {
            self.facts = self.conclude();
        }
        if let Some(counters) = self.history.latest() {
            self.facts.faults = counters.faults;
        }
        if let Some(Reading::Known(status)) = &self.status {
            self.facts.page_tables = status.page_tables;
            self.facts.swap = status.swap;
        }
        let chosen = self.words.get(self.word).filter(|_| self.is_word_chosen);
        let chosen = chosen.map(|word| word.topic);
        self.words = self.sentences();
        // The chosen sentence stays chosen, wherever it stands now.
        let same = self
            .words
            .iter()
            .position(|word| Some(word.topic) == chosen);
        let is_gone = same.is_none() && self.is_word_chosen;
        let last = self.words.len().saturating_sub(1);
        self.word = if is_gone {
            self.word.min(last)
        } else {
            same.unwrap_or(0)
        };
    }

    /// What changed comes first; then, where that is so, that the rest is not of now.
    fn sentences(&self) -> Vec<Word> {
        let change = self.mark.sentence(self.now, self.history.latest());
        let old = self.facts.division.map(|division| division.rss);
        let old = old.filter(|rss| self.areas().is_some() && self.outgrown(*rss));
        let has_facts =
            self.facts.division.is_some() || self.facts.is_kernel || self.facts.refused.is_some();
        let rest = if has_facts {
            words(&self.facts)
        } else {
            Vec::new()
        };
        change.into_iter().chain(old.map(age)).chain(rest).collect()
    }
}

/// That what follows is of when RSS was so many bytes.
fn age(rss: u64) -> Word {
    Word {
        topic: Topic::Age,
        text: format!(
            "What follows is of when RSS was {}; it is another now. The sizes are read again soon (u: at once).",
            Bytes(rss)
        ),
        proof: None,
    }
}
