//! `mcp` and clients that don't keep to the protocol, or go.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use support::Desk;

/// The program and its pipes, for who does not keep to the protocol.
struct Pipes {
    program: Child,
    input: Option<ChildStdin>,
    answers: Receiver<Value>,
}

impl Pipes {
    fn open(desk: &Desk) -> Self {
        let mut command = desk.command();
        let mut program = command.args(["--json", "mcp"]).spawn().unwrap();
        let (tell, answers) = channel();
        let out = BufReader::new(program.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines() {
                // Whoever prints anything else breaks it here.
                let line = serde_json::from_str(&line.unwrap()).unwrap();
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            input: program.stdin.take(),
            program,
            answers,
        }
    }

    fn say(&mut self, line: &str) {
        self.send(line.as_bytes());
        self.send(b"\n");
    }

    fn send(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    fn hear(&self) -> Value {
        self.answers.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    fn initialize(&mut self) {
        let about = r#"{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}"#;
        self.say(&format!(
            r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{about}}}"#
        ));
        assert_eq!(self.hear()["result"]["serverInfo"]["name"], "kinfold");
        self.say(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    }

    /// Whether it still answers.
    fn is_well(&mut self, at: u64) {
        let call = json!({ "jsonrpc": "2.0", "id": at, "method": "tools/call",
            "params": { "name": "search_contacts", "arguments": { "query": "ana" } } });
        self.say(&call.to_string());
        let answer = self.hear();
        assert_eq!(answer["id"], at);
        assert_eq!(answer["result"]["isError"], false);
    }

    /// Closes the input; the exit status and what was said on stderr.
    fn end(self) -> (Option<i32>, String) {
        drop(self.input);
        let output = self.program.wait_with_output().unwrap();
        assert!(self.answers.recv().is_err(), "nothing is left to be heard");
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

#[test]
fn a_session_survives_what_is_not_of_the_protocol() {
    let desk = Desk::new();
    let mut pipes = Pipes::open(&desk);
    pipes.say("this is no JSON, says Secret Ruiz");
    pipes.initialize();
    // What can't be read at all has no id by which it could be answered.
    for line in ["", "{", "Secret Ruiz", "\u{feff}", &"[".repeat(100_000)] {
        pipes.say(line);
    }
    pipes.send(b"\xff\xfe\x00\n");
    pipes.is_well(1);
    for (line, code) in [
        (
            r#"{"jsonrpc":"2.0","id":2,"method":"nothing/known"}"#,
            -32601,
        ),
        (r#"{"jsonrpc":"2.0","id":3,"method":"tools/call"}"#, -32602),
        (
            r#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":5}}"#,
            -32602,
        ),
        (
            r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"get_contact","arguments":[]}}"#,
            -32602,
        ),
        (
            r#"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"Get_Contact"}}"#,
            -32602,
        ),
        (r#"[1,2]"#, -32600),
    ] {
        pipes.say(line);
        assert_eq!(pipes.hear()["error"]["code"], code, "{line}");
    }
    // Twenty megabytes on one line are dropped, and what comes behind them is read.
    let much = "Secret Ruiz ".repeat(20 * 1024 * 1024 / 12);
    let call = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": { "name": "search_contacts", "arguments": { "query": much } } });
    pipes.say(&call.to_string());
    pipes.is_well(8);
    assert_eq!(pipes.end(), (Some(0), String::new()));
}

/// Calls that were made before the end of the input are answered.
#[test]
fn the_end_of_the_input_ends_it_when_all_is_answered() {
    let desk = Desk::new();
    let mut pipes = Pipes::open(&desk);
    pipes.initialize();
    for number in 0..40 {
        let call = json!({ "jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {
            "name": "resolve_contact",
            "arguments": { "email": format!("a{}@example.com", number % 20) } } });
        pipes.say(&call.to_string());
    }
    pipes.input = None;
    let answers: Vec<Value> = (0..40).map(|_| pipes.hear()).collect();
    let made = answers
        .iter()
        .filter(|answer| answer["result"]["structuredContent"]["created"] == true);
    assert_eq!(
        made.count(),
        20,
        "each of two who asked at once was told once"
    );
    assert_eq!(pipes.end(), (Some(0), String::new()));
    assert_eq!(desk.run(&["--json", "count"]).json()["count"], 20);
    // Without a session, too.
    assert_eq!(Pipes::open(&desk).end(), (Some(0), String::new()));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it() {
    let desk = Desk::new();
    for signal in ["-TERM", "-INT"] {
        let mut pipes = Pipes::open(&desk);
        pipes.initialize();
        pipes.is_well(1);
        let id = pipes.program.id().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &id])
            .status();
        assert!(sent.unwrap().success());
        // Its input is still open.
        assert_eq!(pipes.program.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_store_that_cannot_be_used_is_said_on_stderr() {
    let desk = Desk::new();
    desk.file("store", "a file is no folder");
    let printed = desk.run(&["--json", "mcp"]);
    assert_eq!((printed.status, printed.out.as_str()), (3, ""));
    assert!(printed.err.contains("store"), "{}", printed.err);
    let desk = Desk::new();
    let printed = desk.run(&["--org", "", "--json", "mcp"]);
    assert_eq!((printed.status, printed.out.as_str()), (1, ""));
    let nobody = desk.run_with(
        &["mcp"],
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"name\":\"Secret Ruiz\"}}\n",
    );
    assert_eq!((nobody.status, nobody.out.as_str()), (1, ""));
    assert!(
        !nobody.err.is_empty() && !nobody.err.contains("Ruiz"),
        "{}",
        nobody.err
    );
}
