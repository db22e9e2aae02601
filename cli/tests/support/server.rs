//! `kinfold serve` as a child process, and a client of a few lines that hides nothing of HTTP.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::support::Desk;

/// The key that the tests' service is started with.
pub const TOKEN: &str = "a-key-of-the-tests";

/// A running service; it is killed with the test.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    stderr: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters, as they came.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Server {
    /// Starts a service with the tests' key, on a free port.
    pub fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let mut all = vec!["--token", TOKEN];
        all.extend(arguments);
        Self::start_with(desk, &all)
    }

    pub fn start_with(desk: &Desk, arguments: &[&str]) -> Self {
        let mut command = desk.command();
        command.env_remove("KINFOLD_TOKEN");
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .spawn()
            .unwrap();
        let stderr = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&stderr);
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                written.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let listening: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("{line:?} {:?}", stderr.lock().unwrap()));
        let address = listening["listening"].as_str().unwrap();
        let address = address.strip_prefix("http://").unwrap().parse().unwrap();
        Self {
            child,
            address,
            stderr,
            reader: Some(reader),
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).unwrap();
        stream
    }

    /// One request on a connection of its own.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let mut all = vec![("Connection", "close")];
        all.extend(headers);
        request(&mut stream, method, path, &all, body);
        answer(&mut BufReader::new(stream))
    }

    /// A POST to Bland.
    pub fn bland(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("authorization", TOKEN)], body.as_bytes())
    }

    /// A POST to Ravan.
    pub fn ravan(&self, body: &str) -> Answer {
        let key = [("X-Api-Key", TOKEN)];
        self.send("POST", "/api/v1/ghl/contacts", &key, body.as_bytes())
    }

    /// A POST to Contactship.
    pub fn contactship(&self, body: &str) -> Answer {
        let key = [("x-api-key", TOKEN)];
        self.send("POST", "/v1/contacts", &key, body.as_bytes())
    }

    /// What it wrote to stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// What it wrote to stderr, once it is so many lines.
    pub fn stderr_lines(&self, lines: usize) -> String {
        for _ in 0..500 {
            let written = self.stderr();
            if written.lines().count() >= lines {
                return written;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("not {lines} lines: {:?}", self.stderr());
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended; its exit status and all of stderr.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap().code();
        self.reader.take().unwrap().join().unwrap();
        (status, self.stderr())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(other, _)| other == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// Writes a request with its length.
pub fn request(
    stream: &mut TcpStream,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).unwrap();
    // A service that refuses early does not read on.
    let _ = stream.write_all(body);
}

/// Reads an answer with its length.
pub fn answer(reader: &mut impl BufRead) -> Answer {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("{line:?} is no answer"));
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: String::new(),
    };
    let length = answer.header("content-length");
    let length = length.map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    answer.body = String::from_utf8(body).unwrap();
    answer
}
