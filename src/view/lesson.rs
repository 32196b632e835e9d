//! The lesson screen: what to read on the left, what is true on the right, the voice and the keys below.
//!
//! ```text
//! 06 Copy-on-write after fork                       Linux 6.18
//! ─ step 2 of 5 ───────────┬─ pages of the process ────────────
//! One page, two owners     │ main pid 4242     child pid 4243
//! …                        │ p rw-p 16 pages   p rw-p 16 pages
//! ✓ pid_t child = fork();  │ 0 ◧ ◧ ◧ ■ ◧ …     0 ◧ ◧ ◧ ■ ◧ …
//! ▶ p[3 * PAGE] = 'B';     ├─ faults and smaps ────────────────
//! …                        │ minor faults 16       1 +1
//! ─ what happened, and why ─────────────────────────────────────
//! ▌ child: write to page 3: … → the kernel copied it …
//!  Enter run the line  n run the step  ← earlier line  ? help
//! ```

use super::canvas::Canvas;
use super::explorer::Prompt;
use super::{counters, footer, grid, header, maps, reading, strip, variables, voice};
use crate::app::App;
use crate::app::panel::Panel;
use crate::app::scene::Scene;
use crate::app::take::Take;
use ratatui::layout::{Constraint, Layout, Rect};

/// From this width on, maps and counters stand side by side.
const WIDE: u16 = 160;
/// From this many rows on, maps and counters are both shown one below the other.
const TALL: u16 = 26;

/// From this many rows on, the strip of moments has one of its own.
const ROOMY: u16 = 30;

/// Draws the screen of a lesson.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App, take: &Take) {
    let spoken = match area.height {
        0..12 => 2,
        12..30 => 4,
        30..50 => 6,
        _ => 7,
    };
    let explorer = take.explorer.as_deref();
    let prompt = explorer.map(|own| {
        let prompt = Prompt::of(take, own, area.width, canvas.palette);
        match &app.tape {
            Some(_) => prompt.of_tape(own, canvas.palette),
            None => prompt,
        }
    });
    // The strip has a row of its own where there are rows to spare.
    let strip_rows = u16::from(area.height >= ROOMY);
    let rows = [
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(strip_rows),
        Constraint::Length(spoken),
        Constraint::Length(prompt.as_ref().map_or(0, Prompt::height)),
        Constraint::Length(1),
    ];
    let [top, body, moments, voice_area, typed, bottom] = Layout::vertical(rows).areas(area);
    header::draw(canvas, top, app, take);
    let scene = Scene::of(take);
    let desk = &take.desk;
    match (desk.zoomed, desk.focus) {
        (true, Panel::Voice) => {
            let both = body.union(voice_area);
            voice::draw(canvas, both, take, false);
        }
        (true, panel) => {
            panel_draw(canvas, body, (app, take), (panel, scene.as_ref()));
            voice::draw(canvas, voice_area, take, strip_rows == 0);
        }
        (false, _) => {
            draw_body(canvas, body, (app, take), scene.as_ref());
            voice::draw(canvas, voice_area, take, strip_rows == 0);
        }
    }
    if strip_rows > 0 {
        strip::draw(canvas, moments, take);
    }
    if let Some((prompt, explorer)) = prompt.zip(explorer) {
        prompt.draw(canvas, typed, (take, explorer));
    }
    footer::draw(canvas, bottom, app);
}

/// From this width on, there is air around the line between left and right.
const AIRY: u16 = 100;

/// Left and right of the line between them.
fn draw_body(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (app, take): (&App, &Take),
    scene: Option<&Scene<'_>>,
) {
    let gap = if area.width >= AIRY { 3 } else { 1 };
    let columns = [
        Constraint::Percentage(48),
        Constraint::Length(gap),
        Constraint::Fill(1),
    ];
    let [left, line, right] = Layout::horizontal(columns).areas(area);
    let names = variables::height(take, left);
    let rows = [Constraint::Fill(1), Constraint::Length(names)];
    let [upper, lower] = Layout::vertical(rows).areas(left);
    reading::draw(canvas, upper, take);
    variables::draw(canvas, lower, take);
    for row in 0..line.height {
        canvas.text(line, (gap / 2, row), "│", canvas.palette.rule());
    }
    draw_right(canvas, right, (app, take), scene);
}

/// The grids, and below them maps and counters as far as there is room for both.
fn draw_right(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (app, take): (&App, &Take),
    scene: Option<&Scene<'_>>,
) {
    let counters_rows = 14.min(area.height * 9 / 20);
    if area.width * 2 >= WIDE && area.height >= TALL {
        let rows = [Constraint::Fill(1), Constraint::Length(counters_rows)];
        let [grids, lower] = Layout::vertical(rows).areas(area);
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(44)])
            .spacing(2)
            .areas(lower);
        grid::draw(canvas, grids, (app, take), scene);
        maps::draw(canvas, left, (app, take), scene);
        counters::draw(canvas, right, take, scene);
    } else if area.height >= TALL {
        let maps_rows = 2 + maps_lines(take, scene).clamp(2, area.height / 5);
        let rows = [
            Constraint::Fill(1),
            Constraint::Length(maps_rows),
            Constraint::Length(counters_rows),
        ];
        let [grids, lines, counts] = Layout::vertical(rows).areas(area);
        grid::draw(canvas, grids, (app, take), scene);
        maps::draw(canvas, lines, (app, take), scene);
        counters::draw(canvas, counts, take, scene);
    } else {
        let rows = [Constraint::Fill(1), Constraint::Length(counters_rows)];
        let [grids, lower] = Layout::vertical(rows).areas(area);
        grid::draw(canvas, grids, (app, take), scene);
        let panel = if take.desk.focus == Panel::Maps {
            Panel::Maps
        } else {
            Panel::Counters
        };
        panel_draw(canvas, lower, (app, take), (panel, scene));
    }
}

/// Lines of maps that are the lesson's, at most in any process.
fn maps_lines(take: &Take, scene: Option<&Scene<'_>>) -> u16 {
    if take.desk.own_rows {
        return u16::MAX / 2;
    }
    let counts = scene
        .into_iter()
        .flat_map(|scene| scene.now)
        .map(|snapshot| snapshot.lesson_mappings().count());
    u16::try_from(counts.max().unwrap_or(0)).unwrap_or(u16::MAX / 2)
}

/// One panel in a place of its own.
fn panel_draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (app, take): (&App, &Take),
    (panel, scene): (Panel, Option<&Scene<'_>>),
) {
    match panel {
        Panel::Reading => reading::draw(canvas, area, take),
        Panel::Pages => grid::draw(canvas, area, (app, take), scene),
        Panel::Maps => maps::draw(canvas, area, (app, take), scene),
        Panel::Counters => counters::draw(canvas, area, take, scene),
        Panel::Voice => voice::draw(canvas, area, take, false),
    }
}
