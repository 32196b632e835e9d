//! Markdown by pulldown-cmark to the few things a lesson is made of: headings, text, notes, fences. Flat, with places.
//!
//! What has no place on a terminal is told (HTML) or said in words (a link's address stands behind it in brackets).

use super::fence::{Fence, WORDS, fence_at};
use crate::c::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Block, Inline, Prose};
use crate::lesson::visible::{visible, visible_line};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::ops::Range;

/// One piece of a document.
pub(super) enum Element {
    /// `## Title {options}`
    Heading(Heading),
    /// Anything else.
    Piece(Piece),
}

/// What stands below headings.
pub(super) enum Piece {
    /// Text, or a fence that is only shown.
    Text(Block),
    /// Text in a block quote.
    Note(Block),
    /// A fence that a lesson gives a meaning to.
    Fence(Fence),
}

/// A heading of the second level.
pub(super) struct Heading {
    /// Without its options.
    pub(super) title: String,
    /// Place of `{…}`, if it has options.
    pub(super) options: Option<Range<usize>>,
    /// Its place.
    pub(super) span: Range<usize>,
}

/// Takes `source[range]` apart; places are those of `source`.
pub(super) fn read(
    source: &str,
    range: Range<usize>,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Element> {
    let offset = range.start;
    let mut reader = Reader {
        source,
        elements: Vec::new(),
        inlines: Vec::new(),
        lists: Vec::new(),
        marker: None,
        quotes: 0,
        emphasis: 0,
        strong: 0,
        links: Vec::new(),
        mistakes,
    };
    let mut events = Parser::new(&source[range]).into_offset_iter();
    while let Some((event, span)) = events.next() {
        let span = span.start + offset..span.end + offset;
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                reader.flush();
                let mut text = String::new();
                for (event, _) in events.by_ref() {
                    match event {
                        Event::Text(more) => text.push_str(&more),
                        _ => break,
                    }
                }
                reader.fence(&kind, &text, span);
            }
            Event::Start(Tag::Heading { level, .. }) => {
                reader.flush();
                // Its text is read from the source, where its options stand as they were written.
                events
                    .by_ref()
                    .find(|(event, _)| matches!(event, Event::End(TagEnd::Heading(_))));
                reader.heading(level, span);
            }
            Event::Start(tag) => reader.start(&tag, span),
            Event::End(tag) => reader.end(tag),
            event => reader.inline(event, span),
        }
    }
    reader.flush();
    reader.elements
}

/// The text of `source[range]`: its blocks, whatever they are.
pub(super) fn prose(source: &str, range: Range<usize>) -> Prose {
    let text = |element| match element {
        Element::Piece(Piece::Text(block) | Piece::Note(block)) => Some(block),
        Element::Heading(heading) => Some(Block::Paragraph(vec![Inline::Strong(heading.title)])),
        Element::Piece(Piece::Fence(_)) => None,
    };
    let elements = read(source, range, &mut Vec::new());
    Prose(elements.into_iter().filter_map(text).collect())
}

/// The mistake of a heading, its text at `start`, that has options which are not closed, or not at its end.
fn unread_options(heading: &str, start: usize) -> Option<Diagnostic> {
    let outside_code = |at: usize| heading[..at].matches('`').count().is_multiple_of(2);
    let mut braces = heading.match_indices('{').map(|(at, _)| at);
    let open = braces.find(|&at| outside_code(at))?;
    let mistake = |message| Diagnostic::new(start + open..start + heading.len(), message);
    match heading[open..].find('}') {
        None => Some(
            mistake("these options are not closed")
                .help("end them with `}`, or put a brace that is meant as text into backticks"),
        ),
        Some(close) if heading[open..open + close].contains('=') => Some(
            mistake("options stand at the end of the heading")
                .help("move what is behind `}` before `{`"),
        ),
        Some(_) => None,
    }
}

struct Reader<'s, 'm> {
    source: &'s str,
    elements: Vec<Element>,
    /// The block being read.
    inlines: Vec<Inline>,
    /// The next number of each list we are in; none for bullets.
    lists: Vec<Option<u64>>,
    /// The marker of the item being read.
    marker: Option<String>,
    quotes: usize,
    emphasis: usize,
    strong: usize,
    /// Addresses of the links we are in.
    links: Vec<String>,
    mistakes: &'m mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn start(&mut self, tag: &Tag<'_>, span: Range<usize>) {
        match tag {
            Tag::Emphasis => self.emphasis += 1,
            Tag::Strong => self.strong += 1,
            Tag::Link { dest_url, .. } => self.links.push(visible_line(dest_url)),
            Tag::Image { .. } => self.tell(span, "a terminal shows no images"),
            Tag::BlockQuote(_) => {
                self.flush();
                self.quotes += 1;
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(*first);
            }
            Tag::Item => {
                self.flush();
                let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(8));
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "-".to_owned(),
                };
                self.marker = Some(indent + &marker);
            }
            Tag::HtmlBlock => {
                self.flush();
                if !self.source[span.clone()].trim_start().starts_with("<!--") {
                    self.tell(span, "HTML is not shown: write Markdown");
                }
            }
            _ => self.flush(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => {}
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                self.marker = None;
            }
            TagEnd::Item => {
                self.flush();
                self.marker = None;
            }
            _ => self.flush(),
        }
    }

    /// A link's address is said behind it, unless it is what the link shows.
    fn end_link(&mut self) {
        if let Some(address) = self.links.pop()
            && !matches!(self.inlines.last(), Some(Inline::Text(text)) if text.ends_with(&address))
        {
            self.push(Inline::Text(format!(" ({address})")));
        }
    }

    fn inline(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Code(code) => self.push(Inline::Code(visible_line(&code))),
            Event::Text(text) => {
                let text = visible_line(&text);
                self.push(if self.strong > 0 {
                    Inline::Strong(text)
                } else if self.emphasis > 0 {
                    Inline::Emphasis(text)
                } else {
                    Inline::Text(text)
                });
            }
            Event::SoftBreak | Event::HardBreak => self.push(Inline::Text(" ".into())),
            Event::InlineHtml(html) if !html.starts_with("<!--") => {
                self.tell(span, "HTML is not shown: write Markdown");
            }
            Event::Rule => self.flush(),
            _ => {}
        }
    }

    /// Adds a run of text, to the one before where they are alike.
    fn push(&mut self, inline: Inline) {
        match (self.inlines.last_mut(), inline) {
            (Some(Inline::Text(text)), Inline::Text(more))
            | (Some(Inline::Strong(text)), Inline::Strong(more))
            | (Some(Inline::Emphasis(text)), Inline::Emphasis(more)) => text.push_str(&more),
            (_, inline) => self.inlines.push(inline),
        }
    }

    /// Ends the block being read.
    fn flush(&mut self) {
        if self.inlines.is_empty() {
            return;
        }
        let inlines = std::mem::take(&mut self.inlines);
        let block = match &mut self.marker {
            None => Block::Paragraph(inlines),
            Some(marker) => {
                // A second paragraph of the item stands below the first one, without the marker.
                let blank = " ".repeat(marker.chars().count());
                Block::Item(std::mem::replace(marker, blank), inlines)
            }
        };
        self.block(block);
    }

    fn block(&mut self, block: Block) {
        self.elements.push(Element::Piece(if self.quotes > 0 {
            Piece::Note(block)
        } else {
            Piece::Text(block)
        }));
    }

    fn heading(&mut self, level: HeadingLevel, span: Range<usize>) {
        let line = self.source[span.clone()].trim_end();
        let text = span.start + (line.len() - line.trim_start_matches(['#', ' ']).len());
        let line = text..span.start + line.trim_end_matches(['=', '-', '\n', '\r']).len();
        let raw = self.source[line.clone()].trim_end();
        let (title, options) = match raw.rfind('{') {
            Some(brace) if raw.ends_with('}') => {
                (&raw[..brace], Some(text + brace..text + raw.len()))
            }
            _ => (raw, None),
        };
        if level == HeadingLevel::H2 && options.is_none() {
            self.mistakes.extend(unread_options(raw, text));
        }
        let title = prose(self.source, text..text + title.trim_end().len()).plain();
        let title = visible_line(&title);
        match level {
            HeadingLevel::H1 => self.mistakes.push(
                Diagnostic::new(span, "a heading `#` is the whole lesson's")
                    .help("the title stands in the front matter; steps begin with `##`"),
            ),
            HeadingLevel::H2 if self.quotes + self.lists.len() > 0 => {
                self.tell(span, "a step's heading stands at the left margin");
            }
            HeadingLevel::H2 => {
                if title.trim().is_empty() {
                    self.tell(span.clone(), "this step has no title");
                }
                let end = span.start + self.source[span.clone()].trim_end().len();
                self.elements.push(Element::Heading(Heading {
                    title,
                    options,
                    span: span.start..end,
                }));
            }
            _ => self.block(Block::Paragraph(vec![Inline::Strong(title)])),
        }
    }

    fn fence(&mut self, kind: &CodeBlockKind<'_>, text: &str, span: Range<usize>) {
        if let CodeBlockKind::Fenced(_) = kind
            && let Some((fence, closed)) = fence_at(self.source, span.clone())
            && let Some(word) = self.source[fence.info.clone()].split_whitespace().next()
        {
            if !closed && self.quotes + self.lists.len() == 0 {
                let message = "this fence is not closed";
                self.mistakes.push(
                    Diagnostic::new(fence.info.clone(), message)
                        .help("end it with a line of backticks like the one it begins with"),
                );
            }
            if WORDS.contains(&word) {
                if self.quotes + self.lists.len() > 0 {
                    self.tell(
                        fence.info,
                        "a fence that is run stands at the left margin, not in a list or a quote",
                    );
                } else {
                    self.elements.push(Element::Piece(Piece::Fence(fence)));
                }
                return;
            }
            self.suspicious(word, &fence.info);
        }
        let text = visible(text.trim_end_matches('\n')).into_owned();
        self.block(Block::Verbatim(text));
    }

    /// A fence that looks as if it were meant to be run.
    fn suspicious(&mut self, word: &str, info: &Range<usize>) {
        let lower = word.to_lowercase();
        let meant = if lower == "c" {
            Some("c")
        } else if lower.len() > 4 {
            nearest(&lower, WORDS.into_iter())
        } else {
            None
        };
        if let Some(meant) = meant {
            let place = info.start..info.start + word.len();
            let message = format!("a fence `{}` is only shown", visible_line(word));
            self.mistakes
                .push(Diagnostic::new(place, message).help(format!("did you mean `{meant}`?")));
        }
    }

    fn tell(&mut self, span: Range<usize>, message: &str) {
        self.mistakes.push(Diagnostic::new(span, message));
    }
}
