//! A throwaway Redis of the installed binary: a free port, nothing on disk, gone with the tests however they end.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::pause;

/// A shell stands between: it stops the server when its input ends.
const SCRIPT: &str = r#"
folder=$1; port=$2
run() {
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >>"$folder/log" 2>&1 &
    server=$!
    echo "$server" >"$folder/pid"
}
run
while read -r order && [ "$order" = start ]; do run; done
kill -KILL "$server" 2>/dev/null
rm -rf "$folder"
"#;

/// A running Redis.
pub struct RedisServer {
    pub port: u16,
    folder: std::path::PathBuf,
    keeper: Child,
}

impl RedisServer {
    /// Starts one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("vault-redis-").tempdir().expect("a folder").keep();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(&folder).arg(port.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { port, folder, keeper: command.spawn().expect("sh starts Redis") };
        server.wait_until_ready();
        server
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Sends it a signal, as `KILL`, `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.folder.join("pid")).expect("Redis runs");
        assert!(Command::new("kill").arg(format!("-{name}")).arg(pid.trim()).status().expect("kill runs").success());
    }

    /// Starts it again, empty, where it was killed.
    pub fn start_again(&mut self) {
        self.keeper.stdin.as_mut().expect("its input").write_all(b"start\n").expect("the keeper listens");
        self.wait_until_ready();
    }

    /// The names of all that it holds.
    pub fn names(&self) -> Vec<String> {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_connection().expect("Redis answers");
        redis::cmd("KEYS").arg("*").query(&mut connection).expect("names")
    }

    /// Changes a setting while it runs.
    pub fn configure(&self, name: &str, value: &str) {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_connection().expect("Redis answers");
        redis::cmd("CONFIG").arg("SET").arg(name).arg(value).query::<()>(&mut connection).expect("a setting");
    }

    fn wait_until_ready(&self) {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "redis-server does not run; ./scripts/install-test-tools installs it"
            );
            pause(Duration::from_millis(20));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
