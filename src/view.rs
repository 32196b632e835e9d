//! Draws the state of the app; one panel one file.
