//! What is wrong with a text, and where: the form in which lesson authors and learners meet every mistake.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;
use std::ops::Range;

/// The longest message that is shown whole.
const MESSAGE_CHARACTERS: usize = 300;

/// One mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Bytes of the text it is about; may be empty.
    pub span: Range<usize>,
    /// What is wrong, in one clause without a full stop.
    pub message: String,
    /// What to write instead, or what is supported.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake at `span`.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    /// The same with a helping sentence.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same about a text that stands `offset` bytes further on in a larger one.
    #[must_use]
    pub fn moved(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }

    /// Line and column, both counted from 1, the column in characters.
    pub fn place(&self, source: &str) -> (usize, usize) {
        let before = &source[..floor_boundary(source, self.span.start)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }

    /// As compilers for editors say it: `file:line:col: error: message`.
    pub fn line(&self, file: &str, source: &str) -> String {
        let (line, column) = self.place(source);
        format!("{file}:{line}:{column}: error: {}", brief(&self.message))
    }

    /// The same where there is no text that it could point into.
    pub fn unplaced_line(&self, file: &str) -> String {
        format!("{file}: error: {}", brief(&self.message))
    }

    /// As rustc says it: the source line with a caret under it, and the help below.
    pub fn render(&self, file: &str, source: &str, colour: bool) -> String {
        let start = floor_boundary(source, self.span.start);
        let end = floor_boundary(source, self.span.end.max(start));
        // A caret stands under text, not under the end of a line or what follows it.
        let end = start + source[start..end].trim_end().len();
        let (source, message) = (harmless(source), brief(&self.message));
        let snippet = Snippet::source(source.as_ref())
            .path(file)
            .annotation(AnnotationKind::Primary.span(start..end).label(""));
        let title = Level::ERROR.primary_title(message.as_ref());
        self.rendered(title.element(snippet), colour)
    }

    /// The same where there is no text that it could point into: without a source line.
    pub fn render_unplaced(&self, file: &str, colour: bool) -> String {
        let message = brief(&self.message);
        let title = Level::ERROR.primary_title(message.as_ref());
        self.rendered(title.element(Origin::path(file)), colour)
    }

    /// A message with the help below it.
    fn rendered<'a>(&'a self, mut group: Group<'a>, colour: bool) -> String {
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }
}

/// The message, cut where it quotes more of the source than anybody reads.
fn brief(message: &str) -> Cow<'_, str> {
    match message.char_indices().nth(MESSAGE_CHARACTERS) {
        None => harmless(message),
        Some((end, _)) => Cow::Owned(format!("{}…", harmless(&message[..end]))),
    }
}

/// The text with its C1 control characters replaced by a dot of as many bytes. Terminals may obey them, and the
/// renderer, which replaces all others, lets them pass.
fn harmless(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    if text.contains(obeyed) {
        Cow::Owned(text.replace(obeyed, "\u{b7}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The last character boundary of `text` at or before `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let source = "é = 1;\nmap(é, x);\n";
        let at = source.find("x)").unwrap();
        let diagnostic = Diagnostic::new(at..at + 1, "`x` was not declared");
        assert_eq!(diagnostic.place(source), (2, 8));
        assert_eq!(
            diagnostic.line("a.c", source),
            "a.c:2:8: error: `x` was not declared"
        );
        assert_eq!(Diagnostic::new(999..1000, "end").place(source), (3, 1));
    }

    #[test]
    fn the_source_line_is_shown_with_a_caret_and_the_help() {
        let shown = Diagnostic::new(4..15, "`MAP_ANONYMU` is not known")
            .help("did you mean `MAP_ANONYMOUS`?")
            .render("a.c", "int MAP_ANONYMU;", false);
        assert!(shown.contains("a.c:1:5"), "{shown}");
        assert!(shown.contains("^^^^^^^^^^^"), "{shown}");
        assert!(shown.contains("did you mean `MAP_ANONYMOUS`?"), "{shown}");
    }

    #[test]
    fn carets_end_with_the_line() {
        let source = "one\n\ntwo\n";
        for span in [0..4, 0..5, 0..3] {
            let shown = Diagnostic::new(span, "wrong").render("a.c", source, false);
            let carets: Vec<&str> = shown.lines().filter(|line| line.contains('^')).collect();
            assert_eq!(carets.len(), 1, "{shown}");
            assert_eq!(carets[0].matches('^').count(), 3, "{shown}");
            assert!(!shown.contains("two"), "{shown}");
        }
    }

    #[test]
    fn without_a_text_there_is_no_source_line() {
        let mistake = Diagnostic::new(0..0, "`a.c` cannot be read");
        let shown = mistake.render_unplaced("a.c", false);
        assert_eq!(shown, "error: `a.c` cannot be read\n--> a.c");
        let line = mistake.unplaced_line("a.c");
        assert_eq!(line, "a.c: error: `a.c` cannot be read");
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let source = "int \u{9b}31m\u{1b}[2J\u{202e}a;";
        let shown =
            Diagnostic::new(4..6, "`\u{9b}` does not belong here").render("a.c", source, false);
        assert!(shown.contains("a.c:1:5"), "{shown}");
        let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.contains(hidden), "{shown:?}");
    }

    #[test]
    fn a_long_message_is_cut() {
        let long = Diagnostic::new(0..1, "é".repeat(100_000));
        assert!(long.line("a.c", "x").len() < 1_000);
        assert!(long.render("a.c", "x", false).len() < 1_000);
    }
}
