//! The screen as it looks. Draws, and does nothing.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::rows::{Row, Standing};
use super::session::{Session, Shown};

const KEYS: &str = "m merge into the left   M into the right   d two people   l later   \
                    s skip   q quit   arrows scroll";

/// The widest name of a row that is shown whole.
const NAME_WIDTH: u16 = 18;

pub(super) fn screen(frame: &mut Frame<'_>, session: &mut Session<'_>) {
    let width = frame.area().width;
    let keys = wrapped(KEYS, width);
    let heights = [
        Constraint::Length(2),
        Constraint::Min(1),
        Constraint::Length(2),
        Constraint::Length(u16::try_from(keys.len()).unwrap_or(1).min(3)),
    ];
    let [head, body, note, help] = Layout::vertical(heights).areas(frame.area());
    let Some(shown) = session.shown() else { return };

    frame.render_widget(Paragraph::new(heading(shown)), head);
    let lines = compared(shown, body.width);
    let most = lines.len().saturating_sub(usize::from(body.height));
    let most = u16::try_from(most).unwrap_or(u16::MAX);
    let note_lines = wrapped(session.note(), width);
    session.scroll_at_most(most);
    frame.render_widget(Paragraph::new(lines).scroll((session.scroll(), 0)), body);
    if most > 0 {
        more_below(frame, body, session.scroll() < most);
    }
    let said = note_lines.into_iter().map(Line::from).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(said), note);
    let dim = Style::new().add_modifier(Modifier::DIM);
    let keys = keys.into_iter().map(|line| Line::styled(line, dim));
    frame.render_widget(Paragraph::new(keys.collect::<Vec<_>>()), help);
}

fn heading(shown: &Shown) -> Vec<Line<'static>> {
    let pair = &shown.pair;
    let waiting = match shown.waiting {
        1 => "the last one".to_owned(),
        waiting => format!("{waiting} wait"),
    };
    let put_off = if pair.later { ", put off before" } else { "" };
    let keys: Vec<&str> = pair.keys.iter().map(|key| key.key.as_str()).collect();
    let why = format!("{} {}", pair.reason, keys.join(", "));
    vec![
        Line::styled(
            format!(
                "Are they one person? ({waiting}, since {}{put_off})",
                pair.since
            ),
            Style::new().add_modifier(Modifier::BOLD),
        ),
        Line::from(crate::output::on_one_line(&why)),
    ]
}

/// The rows as lines of a width: the name, how the two stand, the left one, the right one.
fn compared(shown: &Shown, width: u16) -> Vec<Line<'static>> {
    let name_width = NAME_WIDTH.min(width / 4);
    let side = width.saturating_sub(name_width + 5) / 2;
    let mut lines = Vec::new();
    for row in &shown.rows {
        let is_why = |text: &str| {
            let mut keys = shown.pair.keys.iter();
            !text.is_empty() && keys.any(|key| text.starts_with(&key.key))
        };
        let is_why = is_why(&row.left) || is_why(&row.right);
        lines.extend(lines_of(row, is_why, name_width, side));
    }
    lines
}

fn lines_of(row: &Row, is_why: bool, name_width: u16, side: u16) -> Vec<Line<'static>> {
    let (sign, style) = match row.standing() {
        Standing::Same => ("=", Style::new().add_modifier(Modifier::DIM)),
        Standing::Different => ("≠", Style::new().add_modifier(Modifier::BOLD)),
        Standing::OneSided => (" ", Style::new()),
    };
    let sign = if is_why { "!" } else { sign };
    let name = wrapped(&row.name, name_width);
    let (left, right) = (wrapped(&row.left, side), wrapped(&row.right, side));
    let height = name.len().max(left.len()).max(right.len());
    let at = |cell: &[String], line: usize, width: u16| {
        padded(
            cell.get(line).map(String::as_str).unwrap_or_default(),
            width,
        )
    };
    let lines = (0..height).map(|line| {
        let sign = if line == 0 { sign } else { " " };
        Line::from(vec![
            Span::styled(
                at(&name, line, name_width),
                Style::new().add_modifier(Modifier::DIM),
            ),
            Span::raw(format!(" {sign} ")),
            Span::styled(at(&left, line, side), style),
            Span::raw("  "),
            Span::styled(at(&right, line, side), style),
        ])
    });
    lines.collect()
}

fn more_below(frame: &mut Frame<'_>, body: Rect, is_more: bool) {
    if body.height == 0 || body.width < 3 {
        return;
    }
    let corner = Rect {
        x: body.right() - 3,
        y: body.bottom() - 1,
        width: 3,
        height: 1,
    };
    let sign = if is_more { " ↓ " } else { " ↑ " };
    frame.render_widget(Paragraph::new(sign), corner);
}

fn width_of(text: &str) -> usize {
    Span::raw(text).width()
}

fn padded(text: &str, width: u16) -> String {
    let missing = usize::from(width).saturating_sub(width_of(text));
    format!("{text}{}", " ".repeat(missing))
}

/// A text in lines of at most so many columns, broken at spaces where there are any; one line
/// at least.
fn wrapped(text: &str, width: u16) -> Vec<String> {
    let width = usize::from(width.max(1));
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let fits = used + width_of(word.trim_end()) <= width;
        if !fits && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        let mut buffer = [0; 4];
        for character in word.chars() {
            let own = width_of(character.encode_utf8(&mut buffer));
            if used + own > width {
                if character == ' ' {
                    continue;
                }
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(character);
            }
            used += own;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{screen, wrapped};
    use crate::review::session::Session;
    use kinfold::{Contacts, Draft, Kinfold, MergeRules, Scope, TextField};
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::crossterm::event::{KeyCode, KeyEvent};

    fn pair() -> Contacts {
        let contacts = Kinfold::open_in_memory()
            .unwrap()
            .contacts(Scope::default());
        let phone = "+14155550101";
        let long = "a very long description ".repeat(12);
        let ana = Draft::new()
            .phone(phone)
            .name("Ana Ruiz")
            .text(TextField::Company, "アクメ株式会社")
            .text(TextField::Description, long);
        contacts.resolve(ana).unwrap();
        let other = Draft::new()
            .email("ana@example.com")
            .name("Ana Ruiz")
            .text(TextField::Company, "Initech");
        contacts.resolve(other).unwrap();
        let both = Draft::new().phone(phone).email("ana@example.com");
        contacts.resolve(both).unwrap();
        contacts
    }

    fn drawn(session: &mut Session<'_>, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| screen(frame, session)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn both_stand_side_by_side() {
        let contacts = pair();
        let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
        let screen = drawn(&mut session, 100, 30);
        let line = |with: &str| {
            let found = screen.lines().find(|line| line.contains(with));
            found
                .unwrap_or_else(|| panic!("no {with} in\n{screen}"))
                .to_owned()
        };
        assert!(line("Are they one person?").contains("the last one"));
        assert!(line("conflict").contains("+14155550101"));
        assert_eq!(line("name").matches("Ana Ruiz").count(), 2);
        assert!(line("name").contains(" = "));
        let company = line("company");
        assert!(
            company.contains("≠") && company.contains("アクメ株式会社"),
            "{company}"
        );
        assert!(company.find("アクメ") < company.find("Initech"));
        // The key by which they were noticed.
        assert!(line("phone").contains(" ! "), "{}", line("phone"));
        assert!(line("merge into the left").contains("M into the right"));
    }

    /// Both sides begin at one column each, however wide the characters are.
    #[test]
    fn columns_are_straight() {
        let contacts = pair();
        let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
        let mut terminal = Terminal::new(TestBackend::new(80, 40)).unwrap();
        terminal.draw(|frame| screen(frame, &mut session)).unwrap();
        let buffer = terminal.backend().buffer();
        let column_of =
            |row: u16, first: &str| (0..80).find(|column| buffer[(*column, row)].symbol() == first);
        let row_of = |start: &str| {
            (0..40).find(|row| {
                let text: String = (0..80)
                    .map(|column| buffer[(column, *row)].symbol())
                    .collect();
                text.starts_with(start)
            })
        };
        let (name, company) = (row_of("name").unwrap(), row_of("company").unwrap());
        assert_eq!(column_of(name, "A"), column_of(company, "ア"));
        let right_name = (45..80).find(|column| buffer[(*column, name)].symbol() == "A");
        assert_eq!(right_name, column_of(company, "I"));
    }

    #[test]
    fn what_does_not_fit_is_scrolled_to() {
        let contacts = pair();
        let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
        assert!(!drawn(&mut session, 60, 12).contains("updated_at"));
        for _ in 0..100 {
            session
                .press(KeyEvent::from(KeyCode::PageDown), 12)
                .unwrap();
        }
        let last = drawn(&mut session, 60, 12);
        assert!(last.contains("updated_at"), "{last}");
        let scrolled = session.scroll();
        drawn(&mut session, 60, 12);
        assert_eq!(session.scroll(), scrolled, "not past the end");
    }

    #[test]
    fn no_size_is_too_small() {
        let contacts = pair();
        let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
        for width in [1, 2, 3, 7, 20, 39] {
            for height in [1, 2, 3, 4, 7] {
                drawn(&mut session, width, height);
            }
        }
    }

    #[test]
    fn texts_are_broken_at_spaces() {
        for (text, width, expected) in [
            ("one two three", 7, vec!["one two", "three"]),
            ("one two three", 8, vec!["one two ", "three"]),
            ("onetwothree", 4, vec!["onet", "woth", "ree"]),
            ("日本語", 4, vec!["日本", "語"]),
            ("", 4, vec![""]),
            ("ab", 0, vec!["a", "b"]),
        ] {
            assert_eq!(wrapped(text, width), expected, "{text} {width}");
        }
    }
}
