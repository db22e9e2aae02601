//! A child process that a test talks with, line by line, so that both know where the
//! other is.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use super::{PATIENCE, SAYS, say};

/// A child process; it dies with the test.
pub(crate) struct Companion {
    process: Child,
    ear: Option<ChildStdin>,
    said: Receiver<(Instant, String)>,
}

impl Companion {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = command.spawn().unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap());
        let (tell, said) = channel();
        // Reads until the child is gone, so that no child ever waits for its reader.
        std::thread::spawn(move || {
            for line in printed.lines() {
                if let Some((_, words)) = line.unwrap().split_once(SAYS) {
                    let _ = tell.send((Instant::now(), words.to_owned()));
                }
            }
        });
        Self {
            ear: process.stdin.take(),
            process,
            said,
        }
    }

    /// What it says next, and when it did.
    pub(crate) fn hear_when(&self) -> (Instant, String) {
        let heard = self.said.recv_timeout(PATIENCE);
        heard.expect("the child has something to say")
    }

    /// What it says next.
    pub(crate) fn hear(&self) -> String {
        self.hear_when().1
    }

    /// What it says next, if it has said it already.
    pub(crate) fn heard(&self) -> Option<String> {
        self.said.try_recv().ok().map(|(_, words)| words)
    }

    /// Waits until it says these words, which must be its next.
    pub(crate) fn expect(&self, words: &str) {
        assert_eq!(self.hear(), words);
    }

    pub(crate) fn tell(&mut self, words: impl Display) {
        let ear = self.ear.as_mut().expect("it was not told to end yet");
        writeln!(ear, "{words}").unwrap();
        ear.flush().unwrap();
    }

    /// Tells it something and gives its answer.
    pub(crate) fn ask(&mut self, words: impl Display) -> String {
        self.tell(words);
        self.hear()
    }

    /// Kills it where it stands (SIGKILL). Gives all that it had said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.rest()
    }

    /// Waits for its end, which must be a good one. Gives what it said until then.
    pub(crate) fn end(mut self) -> Vec<String> {
        drop(self.ear.take());
        let rest = self.rest();
        assert!(self.process.wait().unwrap().success(), "said: {rest:?}");
        rest
    }

    fn rest(&self) -> Vec<String> {
        let mut rest = Vec::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok((_, words)) => rest.push(words),
                Err(RecvTimeoutError::Disconnected) => return rest,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end; it said {rest:?}"),
            }
        }
    }

    /// Stops it where it stands, for a while (SIGSTOP).
    #[cfg(unix)]
    pub(crate) fn stop(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    #[cfg(unix)]
    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // Both fail if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// In a child: what it is told next; none when it is to end.
pub(crate) fn told() -> Option<String> {
    let mut line = String::new();
    let length = std::io::stdin().lock().read_line(&mut line).unwrap();
    (length > 0).then(|| line.trim_end().to_owned())
}

/// In a child: says where it is, and goes on when it is told to.
pub(crate) fn wait_at(place: &str) {
    say(place);
    assert!(told().is_some(), "the test is gone");
}
