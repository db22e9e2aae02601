//! The bytes of a table, of which those of the record that is being read are kept.

use std::io::{self, Read};

/// The record that is being read is longer than a record may be.
#[derive(Debug, thiserror::Error)]
#[error("the record is too long")]
pub(super) struct TooLong;

/// Keeps what it has handed out since the record began, so that the record can be shown
/// as it stands in the file, and read again in another way.
pub(super) struct Source<R> {
    input: R,
    kept: Vec<u8>,
    /// Where in `kept` the record begins.
    begin: usize,
    /// Where in `kept` reading goes on; at its end, the input is read.
    at: usize,
    most: usize,
    ended: bool,
}

impl<R: Read> Source<R> {
    pub(super) fn new(input: R, most: usize) -> Self {
        Self {
            input,
            kept: Vec::new(),
            begin: 0,
            at: 0,
            most,
            ended: false,
        }
    }

    /// What was handed out since the record began.
    pub(super) fn kept(&self) -> &[u8] {
        self.kept.get(self.begin..).unwrap_or_default()
    }

    /// Whether nothing comes behind what is kept.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The next record begins this much further on.
    pub(super) fn forget(&mut self, length: usize) {
        self.begin = (self.begin + length).min(self.kept.len());
        // Moved rarely: most records are a small part of what is kept.
        if self.begin > self.kept.len() / 2 {
            self.kept.drain(..self.begin);
            self.at -= self.begin.min(self.at);
            self.begin = 0;
        }
        if self.kept.is_empty() {
            self.kept.shrink_to(256 * 1024);
        }
    }

    /// Hands out again what is kept.
    pub(super) fn rewind(&mut self) {
        self.at = self.begin;
    }

    /// Reads on to the end of the line and keeps nothing of it.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        self.kept.clear();
        (self.begin, self.at) = (0, 0);
        let mut buffer = [0; 8 * 1024];
        while !self.ended {
            let read = self.read_input(&mut buffer)?;
            let part = buffer.get(..read).unwrap_or_default();
            if let Some(end) = part.iter().position(|byte| *byte == b'\n') {
                self.kept
                    .extend_from_slice(part.get(end..).unwrap_or_default());
                break;
            }
        }
        Ok(())
    }

    fn read_input(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.input.read(buffer) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut again = self.kept.get(self.at..).unwrap_or_default();
        if !again.is_empty() {
            let read = again.read(buffer)?;
            self.at += read;
            return Ok(read);
        }
        if self.ended {
            return Ok(0);
        }
        if self.kept().len() > self.most {
            return Err(io::Error::other(TooLong));
        }
        let read = self.read_input(buffer)?;
        self.kept
            .extend_from_slice(buffer.get(..read).unwrap_or_default());
        self.at = self.kept.len();
        Ok(read)
    }
}
