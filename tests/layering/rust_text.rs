//! Just enough of Rust's grammar to tell names from comments and literals, and to follow
//! a path.

pub struct SourceText {
    tokens: Vec<(usize, Token)>,
    paths: Vec<(usize, Vec<String>)>,
    /// The inline modules that are open where each path stands.
    inside: Vec<Vec<String>>,
    literals: Vec<(usize, String)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    PathSeparator,
    Sign(char),
}

impl SourceText {
    pub fn read(text: &str) -> Self {
        let mut reader = Reader {
            rest: text,
            line: 1,
            tokens: Vec::new(),
            literals: Vec::new(),
        };
        reader.read();
        let mut source = Self {
            tokens: reader.tokens,
            paths: Vec::new(),
            inside: Vec::new(),
            literals: reader.literals,
        };
        source.find_paths();
        source
    }

    /// The texts between quotation marks, with a space for each escape.
    pub fn literals(&self) -> &[(usize, String)] {
        &self.literals
    }

    /// Every path, with its groups taken apart: `a::{b, c::*}` is `a::b` and `a::c::*`.
    pub fn paths(&self) -> impl Iterator<Item = &(usize, Vec<String>)> {
        self.paths.iter()
    }

    pub fn lines_with_name(&self, wanted: &str) -> impl Iterator<Item = usize> {
        self.tokens
            .iter()
            .filter(move |(_, token)| matches!(token, Token::Name(name) if name == wanted))
            .map(|(line, _)| *line)
    }

    pub fn lines_with_macro(&self, wanted: &str) -> impl Iterator<Item = usize> {
        self.tokens
            .windows(3)
            .filter_map(move |window| match window {
                [(line, Token::Name(name)), (_, Token::Sign('!')), (_, after)]
                    if name == wanted && *after != Token::Sign('=') =>
                {
                    Some(*line)
                }
                _ => None,
            })
    }

    /// What the file of `module` names at the root of the crate.
    pub fn rooms_named(&self, module: &[String]) -> Vec<(usize, String)> {
        let mut rooms = Vec::new();
        for ((line, path), inside) in self.paths.iter().zip(&self.inside) {
            let mut position = [module, inside].concat();
            let mut names = path.iter().map(String::as_str).peekable();
            match names.peek() {
                Some(&("crate" | "kinfold")) => {
                    position.clear();
                    names.next();
                }
                Some(&("super" | "self")) => {}
                _ => continue,
            }
            while let Some(name) = names.next_if(|name| matches!(*name, "super" | "self")) {
                if name == "super" {
                    position.pop();
                }
            }
            if position.is_empty()
                && let Some(name) = names.next()
            {
                rooms.push((*line, name.to_owned()));
            }
        }
        rooms
    }

    fn find_paths(&mut self) {
        let mut open_modules: Vec<(usize, String)> = Vec::new();
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(token) = self.token(at) {
            match token {
                Token::Name(name) if name == "mod" => {
                    if let (Some(Token::Name(module)), Some(Token::Sign('{'))) =
                        (self.token(at + 1), self.token(at + 2))
                    {
                        open_modules.push((depth, module.clone()));
                    }
                    at += 2;
                }
                Token::Name(_) => {
                    let mut found = Vec::new();
                    at = self.read_path(at, Vec::new(), &mut found);
                    let inside: Vec<String> =
                        open_modules.iter().map(|(_, name)| name.clone()).collect();
                    self.inside.resize(self.paths.len() + found.len(), inside);
                    self.paths.append(&mut found);
                }
                Token::Sign('{') => {
                    depth += 1;
                    at += 1;
                }
                Token::Sign('}') => {
                    depth = depth.saturating_sub(1);
                    open_modules.pop_if(|(outside, _)| *outside == depth);
                    at += 1;
                }
                Token::PathSeparator | Token::Sign(_) => at += 1,
            }
        }
    }

    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at).map(|(_, token)| token)
    }

    /// Reads the path that starts, or goes on, at a token; answers where it ends.
    fn read_path(
        &self,
        mut at: usize,
        mut names: Vec<String>,
        found: &mut Vec<(usize, Vec<String>)>,
    ) -> usize {
        let mut line = 0;
        while let Some((token_line, token)) = self.tokens.get(at) {
            match token {
                Token::Name(name) => {
                    line = *token_line;
                    names.push(name.clone());
                    at += 1;
                    if self.token(at) != Some(&Token::PathSeparator) {
                        break;
                    }
                    at += 1;
                }
                Token::Sign('*') => {
                    line = *token_line;
                    names.push("*".to_owned());
                    at += 1;
                    break;
                }
                Token::Sign('{') => return self.read_group(at + 1, &names, found),
                Token::PathSeparator | Token::Sign(_) => break,
            }
        }
        found.push((line, names));
        at
    }

    fn read_group(
        &self,
        mut at: usize,
        prefix: &[String],
        found: &mut Vec<(usize, Vec<String>)>,
    ) -> usize {
        while let Some(token) = self.token(at) {
            match token {
                Token::Sign('}') => return at + 1,
                Token::Name(name) if name == "as" => at += 2,
                Token::Name(_) | Token::Sign('*') => {
                    at = self.read_path(at, prefix.to_vec(), found);
                }
                Token::PathSeparator | Token::Sign(_) => at += 1,
            }
        }
        at
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<(usize, Token)>,
    literals: Vec<(usize, String)>,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        while let Some(first) = self.rest.chars().next() {
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.take(end);
            } else if self.rest.starts_with("/*") {
                self.skip_block_comment();
            } else if self.rest.starts_with("::") {
                self.tokens.push((self.line, Token::PathSeparator));
                self.take(2);
            } else if first == '"' {
                self.read_string(false, 0);
            } else if first == '\'' {
                self.skip_quote();
            } else if first.is_alphanumeric() || first == '_' {
                self.read_word();
            } else {
                if !first.is_whitespace() {
                    self.tokens.push((self.line, Token::Sign(first)));
                }
                self.take(first.len_utf8());
            }
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(first) = self.rest.chars().next() {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.take(first.len_utf8());
            }
        }
    }

    /// A character is skipped whole, of a lifetime only its quotation mark.
    fn skip_quote(&mut self) {
        self.take(1);
        let mut characters = self.rest.chars();
        match (characters.next(), characters.next()) {
            (Some('\\'), Some(escaped)) => {
                self.take(1 + escaped.len_utf8());
                let end = self.rest.find('\'').map_or(self.rest.len(), |end| end + 1);
                self.take(end);
            }
            (Some(character), Some('\'')) => {
                self.take(character.len_utf8() + 1);
            }
            _ => {}
        }
    }

    fn read_word(&mut self) {
        let line = self.line;
        let end = self
            .rest
            .find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(self.rest.len());
        let word = self.take(end);
        let hashes = self.rest.len() - self.rest.trim_start_matches('#').len();
        let raw = matches!(word, "r" | "br" | "cr");
        if raw && self.rest.trim_start_matches('#').starts_with('"') {
            self.take(hashes);
            self.read_string(true, hashes);
        } else if word == "r" && hashes == 1 {
            self.take(1);
        } else if !(self.rest.starts_with('"') && matches!(word, "b" | "c")) {
            self.tokens.push((line, Token::Name(word.to_owned())));
        }
    }

    fn read_string(&mut self, raw: bool, hashes: usize) {
        let line = self.line;
        self.take(1);
        let end_mark = format!("\"{}", "#".repeat(hashes));
        let mut text = String::new();
        while let Some(first) = self.rest.chars().next() {
            if self.rest.starts_with(&end_mark) {
                self.take(end_mark.len());
                break;
            }
            self.take(first.len_utf8());
            if first == '\\' && !raw {
                let escaped = self.rest.chars().next().map_or(0, char::len_utf8);
                self.take(escaped);
                text.push(' ');
            } else {
                text.push(first);
            }
        }
        self.literals.push((line, text));
    }
}
